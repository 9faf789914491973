import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeLoki, keptPort, type ServiceProcess, startServiceProcess } from '@prunella/testing';
import { healedRun } from '../../support/healed-run.ts';
import { type Incident, type System, startSystem } from '../../support/system.ts';
import { until } from '../../support/until.ts';
import { ROOT } from './documents.ts';

export const TOKEN = 'a-token-for-the-documents';
const PATIENCE_MS = 60_000;
const TIMEOUT_LOG = ['Run npm ci', 'npm error code ETIMEDOUT', '##[error]Process completed with exit code 1.'].join(
  '\n',
);
const POLICY =
  'version: 1\npipelines:\n  - match: { platform: github }\n    mode: approve\nbreaker: { failures: 1, reset: human }\n';
const REPORT =
  '<testsuites><testsuite name="cart"><testcase classname="Cart" name="adds two" time="0.01"/><testcase classname="Cart" name="total" time="0.02"><failure message="expected 12, found 11"/></testcase></testsuite></testsuites>\n';

/** A running Prunella with something of everything that the documents speak of. */
export interface Bench {
  system: System;
  playground: ServiceProcess;
  /** Environment of the commands of the documents. */
  env: Record<string, string>;
  /** The document's text with our addresses and ids in the place of those that it shows. */
  fill(command: string): Promise<string>;
  /** A new folder with the files that the documents name. */
  folder(): Promise<string>;
  /** Makes something happen, for those who follow it. */
  stir(): Promise<void>;
  stop(): Promise<void>;
}

/** An id that stands in a document for one of the reader's own, and what gives one here. */
interface Placeholder {
  pattern: RegExp;
  /** @param command in which it stands. */
  real(command: string): Promise<string>;
}

export async function startBench(): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'prunella-docs-'));
  const port = await keptPort();
  const loki = await FakeLoki.start();
  const system = await startSystem({
    policy: POLICY,
    environment: { PRUNELLA_API_TOKEN: TOKEN, PLAYGROUND_URL: `http://127.0.0.1:${port}`, LOKI_URL: loki.url },
  });
  const playground = await startServiceProcess('playground', {
    ...{ NATS_URL: system.nats.url, PORT_PLAYGROUND: String(port), PLAYGROUND_QUIET: '1', LOG_LEVEL: 'warn' },
  });
  const { auditor, detector, diagnoser, remediator } = system.services;
  const env = {
    ...{
      PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
      HOME: root,
      USER: 'ann',
      PRUNELLA_HOME: join(root, 'home'),
    },
    ...{ PRUNELLA_URL: auditor.url, PRUNELLA_DETECTOR_URL: detector.url, PRUNELLA_API_TOKEN: TOKEN },
    ...{ NATS_URL: system.nats.url, DATABASE_URL: system.postgres.url, PORT_DIAGNOSER: new URL(diagnoser.url).port },
    ...{ PORT_REMEDIATOR: new URL(remediator.url).port, PORT_PLAYGROUND: String(port) },
  };
  await writeShims(join(root, 'bin'));
  await mkdir(join(root, '.local/share/bash-completion/completions'), { recursive: true });
  const addresses: readonly (readonly [RegExp, string])[] = [
    [/(?:http:\/\/)?(?:127\.0\.0\.1|localhost):7100/g, auditor.url],
    [/(?:http:\/\/)?(?:127\.0\.0\.1|localhost):7101/g, detector.url],
    [/(?:http:\/\/)?(?:127\.0\.0\.1|localhost):7102/g, diagnoser.url],
    [/(?:http:\/\/)?(?:127\.0\.0\.1|localhost):7103/g, remediator.url],
    [/(?:http:\/\/)?(?:127\.0\.0\.1|localhost):7110/g, playground.url],
  ];
  const placeholders = await placeholdersOf(system);
  let stirred = 0;
  // A backtest of files plays the same events.
  const history = await historyOf(auditor.url);
  return {
    system,
    playground,
    env,
    async fill(command) {
      let text = addresses.reduce((whole, [pattern, url]) => whole.replaceAll(pattern, url), command);
      for (const { pattern, real } of placeholders) {
        if (pattern.test(text)) text = text.replace(pattern, await real(command));
      }
      return text;
    },
    async folder() {
      const folder = await mkdtemp(join(root, 'work-'));
      await writeFiles(folder, history);
      return folder;
    },
    async stir() {
      stirred += 1;
      const data = { pipelineId: 'acme/shop/stir', repository: 'acme/shop', runId: `stir-${stirred}` };
      await system.bus.publish('pipeline.failed', { id: `stir-${stirred}`, data: data as never });
    },
    async stop() {
      await playground.stop();
      await system.stop();
      await loki.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The events of the ledger, one CloudEvent a line. */
async function historyOf(auditor: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const told = async () => {
    const [from, to] = [new Date(Date.now() - 86_400_000), new Date(Date.now() + 60_000)];
    const range = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
    const response = await fetch(`${auditor}/v1/backtests/events?${range}`, { headers });
    if (!response.ok) throw new Error(`the events of the ledger: HTTP ${response.status} ${await response.text()}`);
    const { items } = (await response.json()) as { items: unknown[] };
    return items.length > 0 && items;
  };
  const items = await until(told, 'the ledger has events', PATIENCE_MS);
  return `${items.map((item) => JSON.stringify(item)).join('\n')}\n`;
}

/** `prunella`, and `npx prunella`, as if they were installed. */
async function writeShims(folder: string): Promise<void> {
  const main = join(ROOT, 'services', 'cli', 'bin', 'prunella.mjs');
  await mkdir(folder);
  await writeFile(join(folder, 'prunella'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 });
  await writeFile(join(folder, 'npx'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
}

/** What the documents call their logs, policies, rules and reports. */
async function writeFiles(folder: string, history: string): Promise<void> {
  for (const name of ['examples', 'deploy', 'services']) await symlink(join(ROOT, name), join(folder, name));
  const reports = ['build/test-results/unit', 'build/reports', 'logs', 'labelled', 'prunella-rules'];
  for (const name of reports) await mkdir(join(folder, name), { recursive: true });
  const labels = '{"log": "a.log", "cause": "network"}\n';
  const rules = `rules:
  - id: quux-seat
    cause: service_unavailable
    says: The quux daemon has no seat left.
    match: { log: ['^quux daemon: could not reserve seat'] }
    transient: 0.8
    confidence: 0.8
    action: { type: retry, parameters: { attempts: 1 } }
    examples:
      match: ['quux daemon: could not reserve seat 9 on pool-a5']
      no_match: ['quux daemon: seat 9 reserved']
`;
  const files: Record<string, string> = {
    ...{ 'build.log': `${TIMEOUT_LOG}\n`, 'deploy.log': `${TIMEOUT_LOG}\n`, 'report.xml': REPORT },
    'history.ndjson': history,
    ...{ 'prunella.yaml': POLICY, 'new.yaml': 'version: 1\nmode: act\n', 'mine.yaml': rules },
    ...{ 'build/test-results/unit/TEST-cart.xml': REPORT, 'build/reports/cart.xml': REPORT },
    ...{
      'logs/a.log': TIMEOUT_LOG,
      'logs/labels.jsonl': labels,
      'labelled/a.log': TIMEOUT_LOG,
      'labelled/labels.jsonl': labels,
    },
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

async function placeholdersOf(system: System): Promise<Placeholder[]> {
  const { auditor } = system.services;
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  let count = 0;
  const answered = new Set<string>();

  async function ask<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(auditor.url + path, {
      headers,
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** The id of the first item of a list that fits. */
  async function found<T extends { id: string }>(path: string, what: string, fits: (item: T) => boolean = () => true) {
    const first = async () => (await ask<{ items: T[] }>(path)).items.find(fits)?.id;
    return await until(first, what, PATIENCE_MS);
  }

  /** An incident that waits for an answer. */
  async function pending(): Promise<string> {
    count += 1;
    const jobs = [{ name: 'build', conclusion: 'failure' as const, failedStep: 'Run npm ci', log: TIMEOUT_LOG }];
    await system.deliver(system.github.addRun({ branch: `feature/${count}`, jobs }));
    const waits = ({ state, id }: Incident): boolean => state === 'awaiting_approval' && !answered.has(id);
    const id = await found<Incident>('/v1/incidents?limit=200', 'an incident waits for an answer', waits);
    answered.add(id);
    return id;
  }

  /** A breaker that is open. */
  async function openBreaker(): Promise<string> {
    count += 1;
    const platform = `platform-${count}`;
    const run = { pipelineId: 'ci', platform, repository: 'acme/shop', runId: `run-${count}`, attempt: 1 };
    const data = {
      incidentId: `inc_breaker${count}`,
      run,
      action: 'retry',
      outcome: 'ineffective',
      reason: 'It failed again.',
    };
    const rest = {
      decidedBy: 'rule:npm-network',
      fingerprint: 'fp_1',
      prior: 0.8,
      observedAt: new Date().toISOString(),
    };
    await system.bus.publish('outcome.observed', { id: `breaker-${count}`, data: { ...data, ...rest } as never });
    type Breaker = { id: string; platform: string; open: boolean };
    return await found<Breaker>('/v1/breakers', 'a breaker is open', (one) => one.open && one.platform === platform);
  }

  async function newToken(): Promise<string> {
    count += 1;
    const wish = { name: `ci-${count}`, role: 'reporter', reason: 'to be revoked', by: 'ann' };
    return (await ask<{ id: string }>('/v1/tokens', wish)).id;
  }

  async function quarantined(): Promise<string> {
    count += 1;
    const wish = { test: `Cart > adds ${count}`, repository: 'acme/shop', owner: 'ann', reason: 'flaky', by: 'ann' };
    return (await ask<{ id: string }>('/v1/quarantine', wish)).id;
  }

  /** A failure that a rerun healed, and with it a debt. */
  async function healed(): Promise<string> {
    const fits = ({ outcome }: Incident): boolean => outcome === 'healed';
    return await found<Incident>('/v1/incidents?limit=200', 'an incident is healed', fits);
  }

  const events = healedRun('9001', 'docs');
  for (const { subject, ...event } of events) await system.bus.publish(subject, event as never);
  for (const id of ['quux-1', 'quux-2']) {
    const error = { message: 'quux daemon: could not reserve seat 9 on pool-a5' };
    await system.bus.publish('pipeline.failed', {
      id,
      data: { pipelineId: 'acme/quux', repository: 'acme/shop', runId: id, error } as never,
    });
  }
  type Coverage = { clusters: { id: string }[] };
  const cluster = async () =>
    (await ask<Coverage>('/v1/coverage?limit=100')).clusters.find((one) => JSON.stringify(one).includes('quux'))?.id;
  const junit = { 'prunella-pipeline': 'acme/shop/ci', 'prunella-repository': 'acme/shop', 'prunella-run': '42' };
  const report = { method: 'POST', headers: { ...headers, ...junit }, body: REPORT };
  await fetch(`${system.services.detector.url}/webhooks/junit`, report);

  return [
    {
      pattern: /\binc_(?:\.\.\.|[a-z0-9]+)/,
      real: (command) => (/\b(?:approve|reject|approvals)\b/.test(command) ? pending() : healed()),
    },
    {
      pattern: /\bfp_(?:\.\.\.|[a-z0-9]+)/,
      real: () => until(cluster, 'failures without a cause are put together', PATIENCE_MS),
    },
    { pattern: /\bdebt_(?:\.\.\.|[a-z0-9]+)/, real: () => found('/v1/debts', 'there is a debt') },
    { pattern: /\bbreaker_(?:\.\.\.|[a-z0-9]+)/, real: openBreaker },
    { pattern: /\bq_(?:\.\.\.|[a-z0-9]+)/, real: quarantined },
    { pattern: /\btest_(?:\.\.\.|[0-9][a-z0-9]*)/, real: () => found('/v1/tests', 'a test is known') },
    { pattern: /\btoken_(?:\.\.\.|[a-z0-9]+)|\b1f0c9a7b22d4\b/, real: newToken },
  ];
}
