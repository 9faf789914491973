import { FakeLoki, FakeSlack } from '@prunella/testing';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { searcherOf } from '../support/secrets/corpus.ts';
import { dumpNats, dumpPostgres } from '../support/secrets/dump.ts';
import { KEY_FILES } from '../support/secrets/key-files.ts';
import { maker } from '../support/secrets/made-up.ts';
import { NAMED_VALUES } from '../support/secrets/named-values.ts';
import { TOKEN_FORMATS } from '../support/secrets/token-formats.ts';
import { type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/**
 * Secrets of every format come in with logs, annotations, webhooks and test reports; afterwards none of them is in what the system keeps, says or
 * sends. What a publisher puts on NATS itself is not of this: that is on the stream as it was sent (docs/guide/security-model.md).
 */
const TOKEN = 'a-token-for-scripts';
/** Stands beside each secret: where it does not arrive, nothing was proven. */
const MARK = 'mirror alpha is away';
/** Longest line that is read of a log is 2,000. */
const LONGEST = 1_600;

const RULES = `rules:
  - id: mirror-away
    cause: network
    says: The mirror does not answer.
    match: { log: ['error: mirror [a-z]+ is away(?<more>.*)'] }
    transient: 0.95
    confidence: 0.95
    action: { type: retry }
    examples: { match: ['error: mirror alpha is away'], no_match: ['mirror alpha is there'] }
`;

const make = maker(11);
const secrets = new Map<string, string>();
const keyLines: string[] = [];
const pieces: string[] = [];
for (const [name, of] of TOKEN_FORMATS) {
  const secret = of(make);
  secrets.set(name, secret);
  pieces.push(`with ${secret} to`);
}
for (const [name, place] of NAMED_VALUES) {
  const { text, secret } = place(make);
  secrets.set(name, secret);
  pieces.push(text);
}
for (const [name, linesOf] of KEY_FILES) {
  const lines = linesOf(make);
  keyLines.push(...lines);
  for (const [index, line] of lines.entries())
    if (/^[\w+/=]{40,}$/.test(line)) secrets.set(`${name}, line ${index}`, line);
}

/** Error lines that hold all of them, some in each. */
const errors: string[] = [];
for (const piece of pieces) {
  const last = errors.at(-1);
  if (last === undefined || last.length + piece.length > LONGEST) errors.push(`error: ${MARK} ${piece}`);
  else errors[errors.length - 1] = `${last} ${piece}`;
}
const everything = [...errors, ...pieces, ...keyLines];

let system: System;
let loki: FakeLoki;
let slack: FakeSlack;
let receiver: OtlpReceiver;
/** What HTTP answered so far. */
const answers: string[] = [];

beforeAll(async () => {
  [loki, slack, receiver] = await Promise.all([FakeLoki.start(), FakeSlack.start(), OtlpReceiver.start()]);
  system = await startSystem({
    policy: 'version: 1\nmode: act\n',
    rules: RULES,
    leastRights: true,
    environment: {
      ...{ LOG_LEVEL: 'debug', PRUNELLA_API_TOKEN: TOKEN },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '100' },
    },
    of: {
      auditor: { LOKI_URL: loki.url },
      remediator: { SLACK_API_URL: slack.url, SLACK_BOT_TOKEN: slack.token, SLACK_CHANNEL: 'C0BUILDS' },
    },
  });
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await Promise.all([loki?.stop(), slack?.stop(), receiver?.stop()]);
});

async function ask(
  url: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { method: 'POST', body }),
  });
  const text = await response.text();
  answers.push(text);
  return { status: response.status, text };
}

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));

interface Listed {
  id: string;
  runId: string;
  cause: string;
  status: string;
}
async function incidents(): Promise<Listed[]> {
  const { text } = await ask(`${system.services.auditor.url}/v1/incidents?limit=200`);
  return (JSON.parse(text) as { items: Listed[] }).items;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

it('takes in logs, annotations, webhooks and reports that are full of secrets', async () => {
  const { detector, diagnoser } = system.services;
  for (const [index, error] of errors.entries()) {
    const log = [...everything, error, '##[error]Process completed with exit code 1.']
      .map((line) => `2026-01-02T03:04:05.1234567Z ${line}`)
      .join('\n');
    const run = system.github.addRun({
      repository: `acme/shop-${index}`,
      branch: 'change',
      jobs: [{ name: 'test', conclusion: 'failure', failedStep: 'Run tests', log, annotations: [error] }],
    });
    system.github.addPull({ repository: run.repository, branch: run.branch });
    expect((await system.deliver(run)).status).toBe(202);
    // Not signed: refused.
    expect((await system.deliver(run, { secret: 'wrong' })).status).toBe(401);
    const told = {
      event_type: 'pipeline_failed',
      pipeline_id: `told-${index}`,
      error: { message: error, stack: everything.join('\n').slice(0, 60_000) },
    };
    expect((await ask(`${detector.url}/webhook/healing`, JSON.stringify(told))).status).toBe(202);
    for (const action of ['retry', 'notify_human']) {
      const wish = { action, reason: error, pipeline_id: `${action}-${index}` };
      expect((await ask(`${detector.url}/webhook/healing`, JSON.stringify(wish))).status).toBe(202);
    }
    const wrong = { action: error, reason: error, pipeline_id: error, error: error };
    expect((await ask(`${detector.url}/webhook/healing`, JSON.stringify(wrong))).status).toBe(400);
    expect((await ask(`${detector.url}/webhook/healing`, `{"broken": "${error}`)).status).toBe(400);
    expect((await ask(`${diagnoser.url}/v1/diagnose`, log, { 'content-type': 'text/plain' })).status).toBe(200);
  }
  const cases = errors.map(
    (error, index) =>
      `<testcase classname="shop" name="case ${index} ${escaped(error)}"><failure message="${escaped(error)}">${escaped(everything.join('\n'))}</failure><system-out>${escaped(error)}</system-out></testcase>`,
  );
  const report = await ask(
    `${detector.url}/webhooks/junit`,
    `<testsuites><testsuite name="all">${cases.join('')}</testsuite></testsuites>`,
    {
      ...{ 'prunella-pipeline': 'acme/shop-0/ci', 'prunella-platform': 'github', 'prunella-repository': 'acme/shop-0' },
      ...{ 'prunella-run': '1', 'prunella-attempt': '1', 'prunella-sha': 'a'.repeat(40), 'prunella-branch': 'main' },
      ...{ 'prunella-job': 'test', 'content-type': 'application/xml' },
    },
  );
  expect(report.status).toBe(202);
}, 120_000);

it('has heard, diagnosed and decided all of them', async () => {
  const all = await until(
    async () => {
      const found = (await incidents()).filter(({ cause, status }) => cause && status);
      return found.length >= 4 * errors.length && found;
    },
    'all failures are diagnosed and decided',
    60_000,
  );
  for (const { id } of all) await ask(`${system.services.auditor.url}/v1/incidents/${id}`);
  for (const path of ['tests', 'approvals', 'debts', 'quarantine', 'confidence', 'reports/effectiveness']) {
    await ask(`${system.services.auditor.url}/v1/${path}`);
  }
  const { comments } = system.github;
  await until(() => comments.some(({ body }) => body.includes(MARK)), 'the pull requests are told');
  await until(() => textOf(slack.messages).includes(MARK), 'the channel is told');
  await until(() => textOf(loki.lines).includes(MARK), 'lines were shipped to Loki');
}, 120_000);

describe('nothing of a secret is in', () => {
  const searched = searcherOf(secrets);
  const clean = (name: string, text: string) => ({ name, found: searched(text) });

  it('NATS: streams, key-value buckets, originals', async () => {
    const dump = await dumpNats(system.bus);
    expect([...dump.values()].join('\n').split(MARK).length).toBeGreaterThan(3 * errors.length);
    expect([...dump].map(([name, text]) => clean(name, text))).toEqual(
      [...dump.keys()].map((name) => ({ name, found: [] })),
    );
  });

  it('Postgres', async () => {
    const dump = await dumpPostgres(system.postgres.url);
    expect([...dump.values()].join('\n').split(MARK).length).toBeGreaterThan(3 * errors.length);
    expect([...dump].map(([name, text]) => clean(name, text))).toEqual(
      [...dump.keys()].map((name) => ({ name, found: [] })),
    );
  });

  it('what the services print', () => {
    const printed = Object.entries(system.services).map(([name, { output }]) => clean(name, output));
    expect(printed).toEqual(Object.keys(system.services).map((name) => ({ name, found: [] })));
    expect(system.services.detector.output).not.toContain(TOKEN);
  });

  it('answers of the API', () => {
    expect(answers.join('\n').split(MARK).length).toBeGreaterThan(errors.length);
    expect(searched(answers.join('\n'))).toEqual([]);
  });

  it('what is sent to Loki and to the receiver of traces', () => {
    expect(searched(textOf(loki.lines))).toEqual([]);
    expect(receiver.spans.length).toBeGreaterThan(0);
    expect(searched(textOf(receiver.spans))).toEqual([]);
  });

  it('what is said on pull requests and in Slack', () => {
    expect(searched(textOf(system.github.comments))).toEqual([]);
    expect(searched(textOf(slack.messages))).toEqual([]);
    expect(slack.violations).toEqual([]);
  });
});
