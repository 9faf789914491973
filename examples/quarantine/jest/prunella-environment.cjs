/**
 * Jest with Prunella's quarantine: `testEnvironment: './prunella-environment.cjs'`. See README.md beside it.
 * For jsdom, take its environment here instead.
 */
const { TestEnvironment } = require('jest-environment-node');

const TIMEOUT_MS = 5_000;
const { env } = process;
const repository = env.PRUNELLA_REPOSITORY || env.GITHUB_REPOSITORY || env.CI_PROJECT_PATH || '';
const branch = env.PRUNELLA_BRANCH || env.GITHUB_REF_NAME || env.CI_COMMIT_BRANCH || env.BRANCH_NAME || '';
const commit = env.GITHUB_SHA || env.CI_COMMIT_SHA || env.GIT_COMMIT || '';
const runId = env.PRUNELLA_RUN_ID || env.GITHUB_RUN_ID || env.CI_PIPELINE_ID || env.BUILD_TAG || '';

/** @param {string} path @param {object} [body] */
async function ask(path, body) {
  const response = await fetch(new URL(path, env.PRUNELLA_URL), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      ...(env.PRUNELLA_API_TOKEN && { authorization: `Bearer ${env.PRUNELLA_API_TOKEN}` }),
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status} ${await response.text()}`);
  return await response.json();
}

/** @param {string} what @param {Error & { cause?: Error }} error */
function warn(what, error) {
  process.stderr.write(`prunella: ${what}: ${error.cause?.message || error.message}\n`);
}

/** Once for each worker of Jest. Without an answer nothing is in quarantine: every test runs and counts. */
let asked;
function quarantine() {
  asked ??= (async () => {
    if (!env.PRUNELLA_URL || !repository) return { skip: false, tests: new Set() };
    try {
      const { skip, items } = await ask(`/v1/quarantine?${new URLSearchParams({ repository, branch })}`);
      return { skip, tests: new Set(items.map(({ test }) => test)) };
    } catch (error) {
      warn('no test is skipped, the quarantine could not be read', error);
      return { skip: false, tests: new Set() };
    }
  })();
  return asked;
}

/** As Jest prints it after `●`: `cart › when empty › shows 0`. */
function nameOf(test) {
  const titles = [test.name];
  for (let block = test.parent; block?.parent; block = block.parent) titles.unshift(block.name);
  return titles.join(' › ');
}

module.exports = class PrunellaEnvironment extends TestEnvironment {
  results = [];

  async setup() {
    await super.setup();
    this.quarantine = await quarantine();
  }

  handleTestEvent({ name: event, test }) {
    if (test === undefined || !this.quarantine.tests.has(nameOf(test))) return;
    if (event === 'test_start' && this.quarantine.skip && test.mode !== 'todo') test.mode = 'skip';
    if (event === 'test_done' && !this.quarantine.skip) {
      const passed = test.errors.length === 0;
      this.results.push({ test: nameOf(test), passed });
      if (passed) return;
      process.stderr.write(`prunella: failed, but it is in quarantine: ${nameOf(test)}\n`);
      test.errors = [];
    }
  }

  async teardown() {
    await super.teardown();
    if (this.results.length === 0) return;
    const report = { repository, branch, commit, runId, results: this.results };
    await ask('/v1/quarantine/results', report).catch((error) => warn('results could not be reported', error));
  }
};
