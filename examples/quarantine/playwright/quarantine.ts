/** Prunella's quarantine for Playwright: the fixture that skips, and the reporter that tolerates. See README.md beside it. */
import { test as base } from '@playwright/test';
import type { FullConfig, FullResult, Reporter, Suite, TestCase } from '@playwright/test/reporter';

const TIMEOUT_MS = 5_000;
const { env } = process;
const repository = env.PRUNELLA_REPOSITORY || env.GITHUB_REPOSITORY || env.CI_PROJECT_PATH || '';
const branch = env.PRUNELLA_BRANCH || env.GITHUB_REF_NAME || env.CI_COMMIT_BRANCH || env.BRANCH_NAME || '';
const commit = env.GITHUB_SHA || env.CI_COMMIT_SHA || env.GIT_COMMIT || '';
const runId = env.PRUNELLA_RUN_ID || env.GITHUB_RUN_ID || env.CI_PIPELINE_ID || env.BUILD_TAG || '';

interface Quarantine {
  skip: boolean;
  tests: ReadonlySet<string>;
}

async function ask(path: string, body?: object): Promise<unknown> {
  const response = await fetch(new URL(path, env.PRUNELLA_URL), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      ...(env.PRUNELLA_API_TOKEN && { authorization: `Bearer ${env.PRUNELLA_API_TOKEN}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return await response.json();
}

/** Without an answer nothing is in quarantine: every test runs and counts. */
async function read(): Promise<Quarantine> {
  const nothing = { skip: false, tests: new Set<string>() };
  if (!env.PRUNELLA_URL || !repository) return nothing;
  try {
    const query = new URLSearchParams({ repository, branch });
    const { skip, items } = (await ask(`/v1/quarantine?${query}`)) as { skip: boolean; items: { test: string }[] };
    return { skip, tests: new Set(items.map(({ test }) => test)) };
  } catch (error) {
    process.stderr.write(`prunella: no test is skipped, the quarantine could not be read: ${error}\n`);
    return nothing;
  }
}

/** As Playwright prints it, without line and column: `[chromium] › e2e/cart.spec.ts › cart › shows the total`. */
function nameOf(project: string, titles: readonly string[]): string {
  return `${project === '' ? '' : `[${project}] › `}${titles.join(' › ')}`;
}

/** Takes the place of `test` of `@playwright/test`. */
export const test = base.extend<{ obeyed: undefined }, { quarantine: Quarantine }>({
  quarantine: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures out of the pattern
    async ({}, use) => use(await read()),
    { scope: 'worker' },
  ],
  obeyed: [
    async ({ quarantine }, use, info) => {
      const name = nameOf(info.project.name, info.titlePath);
      info.skip(quarantine.skip && quarantine.tests.has(name), "in Prunella's quarantine");
      await use(undefined);
    },
    { auto: true },
  ],
});

/** On the default branch: tells how the tests in quarantine went, and lets the build pass where only those failed. */
export default class QuarantineReporter implements Reporter {
  private suite: Suite | undefined;

  onBegin(_config: FullConfig, suite: Suite): void {
    this.suite = suite;
  }

  async onEnd(result: FullResult): Promise<{ status?: FullResult['status'] } | undefined> {
    const { skip, tests } = await read();
    if (skip || tests.size === 0) return undefined;
    const all = (this.suite?.allTests() ?? []).map((one) => ({ one, name: nameIn(one) }));
    const ran = all.filter(({ one, name }) => tests.has(name) && one.outcome() !== 'skipped');
    // One that only passed when it was tried again is as flaky as before.
    const results = ran.map(({ one, name }) => ({ test: name, passed: one.outcome() === 'expected' }));
    if (results.length > 0) {
      await ask('/v1/quarantine/results', { repository, branch, commit, runId, results }).catch((error: unknown) =>
        process.stderr.write(`prunella: results could not be reported: ${error}\n`),
      );
    }
    const failed = all.filter(({ one }) => one.outcome() === 'unexpected');
    const tolerable = failed.length > 0 && failed.every(({ name }) => tests.has(name));
    if (result.status !== 'failed' || !tolerable) return undefined;
    for (const { name } of failed) process.stderr.write(`prunella: failed, but it is in quarantine: ${name}\n`);
    return { status: 'passed' };
  }
}

function nameIn(one: TestCase): string {
  // The root, the project, the file, then the titles.
  const [, project = '', ...titles] = one.titlePath();
  return nameOf(project, titles);
}
