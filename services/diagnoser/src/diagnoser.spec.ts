import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type ConfidenceUpdated, type DiagnosisMade, parseData, readMessage } from '@prunella/contracts';
import { RulePackError } from '@prunella/rules';
import { type RunningService, startService } from '@prunella/service-kit';
import { FakeGitHub, type FakeRun, startTestNats, type TestServer } from '@prunella/testing';
import { StoredGreenLogs } from './green/green-logs.ts';
import { diagnoser } from './service.ts';

const TOKEN = 'a-token-for-the-api';
const SECRET = `ghp_${'a1B2'.repeat(9)}`;

let nats: TestServer;
let github: FakeGitHub;
let service: RunningService;
let bus: Bus;

beforeAll(async () => {
  [nats, github] = await Promise.all([startTestNats(), FakeGitHub.start()]);
  service = await start();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterAll(async () => {
  await bus?.close();
  await service?.close();
  await Promise.all([nats?.stop(), github?.stop()]);
});

function start(variables: Record<string, string> = {}): Promise<RunningService> {
  return startService(diagnoser, {
    NATS_URL: nats.url,
    PORT_DIAGNOSER: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_API_TOKEN: TOKEN,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'a-token-for-github',
    ...variables,
  });
}

/** As any NATS client would. */
async function publish(message: unknown, subject = 'pipeline.failed'): Promise<void> {
  await bus.jetstream.publish(subject, typeof message === 'string' ? message : JSON.stringify(message));
}

function failureOf(run: FakeRun) {
  const { repository, id, attempt, headSha, branch } = run;
  const pipelineId = `${repository}/${run.path}`;
  return {
    pipelineId,
    platform: 'github',
    repository,
    runId: String(id),
    attempt,
    headSha,
    branch,
    conclusion: 'failure',
  };
}

async function diagnoses(): Promise<{ id: string; data: DiagnosisMade }[]> {
  const manager = await bus.jetstream.jetstreamManager();
  const { state } = await manager.streams.info(EVENTS.name);
  const found: { id: string; data: DiagnosisMade }[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage(EVENTS.name, { seq });
    if (message?.subject === 'diagnosis.made')
      found.push(readMessage('diagnosis.made', message.data, { id: '', source: '' }));
  }
  return found;
}

/** Waits for what must come, at most 20 s. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let left = 2_000; left > 0; left--) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(10);
  }
  throw new Error('it did not come');
}

async function diagnosisOf(pick: (made: DiagnosisMade) => boolean): Promise<DiagnosisMade> {
  return await until(async () => (await diagnoses()).find(({ data }) => pick(data))?.data);
}

async function diagnosed(run: FakeRun): Promise<DiagnosisMade> {
  await publish(failureOf(run));
  return await diagnosisOf((made) => made.run.runId === String(run.id) && made.run.attempt === run.attempt);
}

describe('a failure on the bus', () => {
  it('of 60 bytes is a time-out of the network, to be tried again with patience', async () => {
    const started = performance.now();
    await publish('{"pipeline_id":"42","error":{"message":"Connection timed out"}}');
    const made = await diagnosisOf(({ run }) => run.pipelineId === '42');
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(made).toMatchObject({
      incidentId: expect.stringMatching(/^inc_/),
      run: { pipelineId: '42', platform: 'generic', attempt: 1, kind: 'run' },
      cause: 'network',
      domain: 'platform',
      action: { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s', factor: 2 } },
      decidedBy: expect.stringMatching(/^rule:/),
      evidence: [{ line: 1, text: 'Connection timed out' }],
      gaps: [],
    });
    expect(Date.parse(made.diagnosedAt ?? '')).not.toBeNaN();
  });

  it('of GitHub is diagnosed from the log of its failed job, with the numbers of its lines', async () => {
    const log = [
      'Run npm ci',
      'npm warn deprecated',
      '',
      'npm error connect ETIMEDOUT 104.16.1.34:443',
      'Process completed with exit code 1.',
    ];
    const stamped = log.map((line, index) => `2026-01-01T00:00:0${index}.0000000Z ${line}\n`).join('');
    const run = github.addRun({
      jobs: [
        { name: 'lint', conclusion: 'success', log: 'fine\n' },
        { name: 'build', conclusion: 'failure', failedStep: 'Install', log: stamped },
      ],
    });
    const made = await diagnosed(run);
    expect(made).toMatchObject({ cause: 'network', gaps: [], run: { repository: 'acme/shop', headSha: run.headSha } });
    expect(made.evidence[0]).toEqual({ line: 4, text: log[3], job: 'build', match: 'ETIMEDOUT' });
    expect(made.excerpts).toEqual([
      expect.objectContaining({ job: 'build', totalLines: log.length, passages: [{ line: 1, texts: log }] }),
    ]);
    expect(made.explanation).toContain('line 4');
    expect(github.violations).toEqual([]);
  });

  it('in a flaky test that the change itself touches forbids what would hide it', async () => {
    const jobs = [
      { name: 'test', conclusion: 'failure' as const, log: 'flaky test detected: src/cart.spec.ts > total\n' },
    ];
    const others = { branch: 'others', headSha: '1'.repeat(40), changedFiles: ['src/blog.spec.ts'] };
    expect(await diagnosed(github.addRun({ jobs, ...others }))).toMatchObject({ cause: 'flaky_test', vetoes: [] });
    const own = { branch: 'own', headSha: '2'.repeat(40), changedFiles: ['src/cart.ts', 'src/cart.spec.ts'] };
    expect(await diagnosed(github.addRun({ jobs, ...own }))).toMatchObject({
      cause: 'flaky_test',
      vetoes: ['touched-test: this change touches the test that failed (src/cart.spec.ts)'],
    });
    expect(github.violations).toEqual([]);
  });

  it('looks at the attempt that failed', async () => {
    const run = github.addRun({ jobs: [{ name: 'build', conclusion: 'failure', log: 'connect ETIMEDOUT\n' }] });
    github.rerun(run);
    github.completeRun(run, 'failure', [
      { name: 'build', conclusion: 'failure', log: 'all quiet\nnothing is known\n' },
    ]);
    expect(await diagnosed(run)).toMatchObject({
      cause: 'unknown',
      decidedBy: 'default',
      action: { type: 'retry' },
      confidence: 0.5,
    });
  });

  it('whose runner was lost is none of the code, whatever its log says until then', async () => {
    const log = 'Compiling\nsrc/a.ts(1,1): error TS2304: Cannot find name x.\nlinking\n';
    const annotations = ['The hosted runner lost communication with the server. Anything in your workflow ...'];
    const jobs = [{ name: 'build', conclusion: 'failure' as const, log, annotations }];
    const made = await diagnosed(github.addRun({ jobs }));
    expect(made).toMatchObject({ cause: 'runner_lost', domain: 'platform', vetoes: [], gaps: [] });
    expect(made.evidence[0]).toMatchObject({ job: 'build', text: annotations[0] });
    expect(github.violations).toEqual([]);
  });

  it('whose log has expired is diagnosed without it, and says so', async () => {
    const made = await diagnosed(github.addRun({ jobs: [{ name: 'old', conclusion: 'failure' }] }));
    const annotations = ['The hosted runner lost communication with the server.'];
    const lost = github.addRun({ jobs: [{ name: 'lost', conclusion: 'failure', annotations }] });
    expect(await diagnosed(lost)).toMatchObject({ cause: 'runner_lost', decidedBy: 'rule:actions-runner-lost' });
    expect(github.violations).toEqual([]);
    expect(made).toMatchObject({ cause: 'unknown', gaps: [expect.stringMatching(/^old: .*expired/)] });
  });

  it('whose run nobody knows is diagnosed without it, and says so', async () => {
    await publish({ ...failureOf(github.addRun()), runId: '99', error: { message: 'Connection timed out' } });
    const made = await diagnosisOf(({ run }) => run.runId === '99');
    expect(made).toMatchObject({ cause: 'network', gaps: [expect.stringContaining('not-found')] });
  });

  it('shows no secret that its log or error holds', async () => {
    const log = `export TOKEN=${SECRET}\nfatal: Connection timed out for https://bot:hunter22@git.example.com/?token=${SECRET}\n`;
    const made = await diagnosed(github.addRun({ jobs: [{ name: `build`, conclusion: 'failure', log }] }));
    expect(made.evidence[0]?.line).toBe(2);
    expect(JSON.stringify(made)).not.toMatch(/ghp_|hunter22/);
    await publish({ pipeline_id: 'leaky', error: { message: `Connection timed out: password=${SECRET}` } });
    expect(JSON.stringify(await diagnosisOf(({ run }) => run.pipelineId === 'leaky'))).not.toContain(SECRET);
  });

  it('told twice has one diagnosis', async () => {
    const run = github.addRun();
    const made = await diagnosed(run);
    await publish({ ...failureOf(run), error: { message: 'told again' } });
    await diagnosed(github.addRun());
    expect((await diagnoses()).filter(({ data }) => data.incidentId === made.incidentId)).toMatchObject([
      { id: `${made.incidentId}/1/diagnosis` },
    ]);
  });

  it('waits when GitHub is out of patience, as long as GitHub asks', async () => {
    const run = github.addRun();
    const headers = { 'retry-after': '1' };
    github.fault({
      on: /jobs$/,
      answer: { status: 429, headers, body: { message: 'You have exceeded a secondary rate limit' } },
    });
    const started = performance.now();
    const made = await diagnosed(run);
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(made).toMatchObject({ cause: 'network', gaps: [] });
  });

  it('goes on without the jobs when GitHub says no', async () => {
    github.fault({ on: /jobs$/, answer: { status: 401, body: { message: 'Bad credentials' } } });
    expect(await diagnosed(github.addRun())).toMatchObject({
      cause: 'unknown',
      gaps: [expect.stringContaining('unauthenticated')],
    });
  });

  it('that is garbage goes to the dead letters with the reason, and the next one is handled', async () => {
    const garbage = [
      'not json',
      '[]',
      '{"pipeline_id":7}',
      '{"error":{"message":"no id"}}',
      '{"pipeline_id":"g","conclusion":"exploded"}',
    ];
    for (const message of garbage) await publish(message);
    await publish({ pipeline_id: 'after the garbage', error: { message: 'x' } });
    expect(await diagnosisOf(({ run }) => run.pipelineId === 'after the garbage')).toMatchObject({ cause: 'unknown' });
    const manager = await bus.jetstream.jetstreamManager();
    const dead = await until(async () => {
      const { state } = await manager.streams.info('PRUNELLA_DLQ');
      return state.messages === garbage.length ? state : undefined;
    });
    const letters = [];
    for (let seq = dead.first_seq; seq <= dead.last_seq; seq++)
      letters.push(await manager.streams.getMessage('PRUNELLA_DLQ', { seq }));
    expect(letters.map((letter) => letter?.string()).sort()).toEqual(garbage.toSorted());
    expect(letters.map((letter) => letter?.header.get('Prunella-Error')).join('\n')).toMatch(/pipeline_?[iI]d/);
  });

  it('with a huge log is diagnosed from its end', async () => {
    const filler = `${'x'.repeat(99)}\n`.repeat(60_000);
    const made = await diagnosed(
      github.addRun({
        jobs: [{ name: 'build', conclusion: 'failure', log: `${filler}connect ETIMEDOUT 10.0.0.1:443\n` }],
      }),
    );
    expect(made).toMatchObject({ cause: 'network', gaps: [expect.stringContaining('end of the log')] });
    expect(made.evidence[0]).toMatchObject({ line: 60_001, text: 'connect ETIMEDOUT 10.0.0.1:443' });
  });
});

describe('what a job wrote when it passed', () => {
  const ALWAYS_THERE = 'ERROR: the option --legacy is deprecated and will be removed';

  function passedAndFailed(repository: string): FakeRun {
    const job = { name: 'build', conclusion: 'success' as const, log: `${ALWAYS_THERE}\nBuild succeeded\n` };
    github.addRun({ repository, conclusion: 'success', createdAt: '2026-01-01T00:00:00Z', jobs: [job] });
    return github.addRun({
      repository,
      createdAt: '2026-02-01T00:00:00Z',
      jobs: [{ ...job, conclusion: 'failure', log: `${ALWAYS_THERE}\nconnect ETIMEDOUT 10.0.0.1:443\n` }],
    });
  }

  it('is read at its first failure and kept for the next ones', async () => {
    const run = passedAndFailed('acme/known');
    expect(await diagnosed(run)).toMatchObject({ cause: 'network', gaps: [] });
    const key = { repository: 'acme/known', pipeline: failureOf(run).pipelineId, job: 'build' };
    expect(await new StoredGreenLogs(bus).last(key)).toEqual([`${ALWAYS_THERE}\nBuild succeeded\n`]);
    const lists = () => github.requests.filter((request) => /acme\/known.*workflows/.test(request)).length;
    expect(lists()).toBe(1);
    github.rerun(run);
    github.completeRun(run, 'failure');
    await diagnosed(run);
    expect(lists()).toBe(1);
    expect(github.violations).toEqual([]);
  });

  it('is not needed: that it can not be read is a gap', async () => {
    github.fault({ on: /acme\/secretive.*workflows/, answer: { status: 403, body: { message: 'Not accessible' } } });
    expect(await diagnosed(passedAndFailed('acme/secretive'))).toMatchObject({
      cause: 'network',
      gaps: [expect.stringMatching(/^build: logs of earlier successful runs could not be read: .*forbidden/)],
    });
  });
});

describe('what was learnt', () => {
  const about = {
    decidedBy: 'rule:connection-timeout',
    action: 'retry_with_backoff' as const,
    prior: 0.85,
    priorWeight: 10,
  };

  function update(mean: number, counts: Partial<ConfidenceUpdated>, updatedAt: string): ConfidenceUpdated {
    return parseData('confidence.updated', { ...about, mean, ...counts, updatedAt });
  }

  async function confidenceOf(pipelineId: string): Promise<number> {
    await publish({ pipelineId, error: { message: 'Connection timed out' } });
    return (await diagnosisOf(({ run }) => run.pipelineId === pipelineId)).confidence;
  }

  it('counts for the next failure, in every replica and after a restart; what is older does not undo it', async () => {
    // Sure enough to be named (see ABSTAINS_BELOW in libs/diagnosis), and less than the rule itself says.
    await publish(update(0.4, { healed: 2, ineffective: 20 }, '2026-03-02T00:00:00Z'), 'confidence.updated');
    await until(async () => ((await confidenceOf(`learnt ${performance.now()}`)) === 0.4 ? true : undefined));
    await publish(update(0.9, { healed: 9 }, '2026-03-01T00:00:00Z'), 'confidence.updated');
    await publish(
      { decidedBy: 'rule:another', action: 'retry', mean: 0.1, healed: 1, updatedAt: '2026-03-01T00:00:00Z' },
      'confidence.updated',
    );
    const bucket = await bus.bucket<ConfidenceUpdated>('prunella_confidence');
    const written = new Map<string, ConfidenceUpdated>();
    const stop = new AbortController();
    await bucket.watch(({ value }) => value && written.set(value.decidedBy, value), stop.signal);
    await until(async () => written.get('rule:another'));
    stop.abort();
    expect(written.get(about.decidedBy)?.mean).toBe(0.4);
    await service.close();
    service = await start();
    expect(await confidenceOf('after the restart')).toBe(0.4);
  });
});

describe('POST /v1/diagnose', () => {
  async function post(body: string, headers: Record<string, string> = {}, query = '') {
    const response = await fetch(new URL(`/v1/diagnose${query}`, service.url), {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      json: (await response.json()) as Record<string, unknown>,
    };
  }

  it('takes a log as text', async () => {
    const { status, json } = await post(
      'first\nconnect ETIMEDOUT 10.0.0.1:443\n',
      { 'content-type': 'text/plain' },
      '?file=build.log',
    );
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual([
      ...['file', 'cause', 'domain', 'confidence', 'transient', 'action', 'decidedBy', 'explanation', 'fingerprint'],
      ...['evidence', 'alternatives'],
    ]);
    expect(json).toMatchObject({
      file: 'build.log',
      cause: 'network',
      domain: 'platform',
      action: { type: 'retry_with_backoff', parameters: { attempts: 3 } },
      evidence: [{ line: 2, text: 'connect ETIMEDOUT 10.0.0.1:443' }],
    });
  });

  it.each`
    body                                                               | cause           | decidedBy
    ${{ log: 'Connection timed out' }}                                 | ${'network'}    | ${/^rule:/}
    ${{ error: { message: 'Connection timed out' } }}                  | ${'network'}    | ${/^rule:/}
    ${{ jobs: [{ name: 'a', log: 'fine' }, { name: 'b', log: 'connect ETIMEDOUT' }] }} | ${'network'} | ${/^rule:/}
    ${{ metrics: { error_rate: 0.2 } }}                                | ${'error_rate'} | ${/^metrics:/}
    ${{ metrics: { memory: 0.97 }, conclusion: 'failure', log: null }} | ${'oom'}        | ${/^(metrics|rule):/}
    ${{ conclusion: 'failure' }}                                       | ${'unknown'}    | ${/^default$/}
  `('takes $body', async ({ body, cause, decidedBy }) => {
    const { status, json } = await post(JSON.stringify(body));
    expect([status, json['file'], json['cause']]).toEqual([200, 'request', cause]);
    expect(json['decidedBy']).toMatch(decidedBy);
  });

  it('shows no secret', async () => {
    const { json } = await post(`Connection timed out with ${SECRET}`, { 'content-type': 'text/plain' });
    expect(JSON.stringify(json)).not.toContain(SECRET);
    expect(json['cause']).toBe('network');
  });

  it.each`
    body                                              | field
    ${''}                                             | ${'body'}
    ${'not json'}                                     | ${'body'}
    ${'[]'}                                           | ${'body'}
    ${'null'}                                         | ${'body'}
    ${'{}'}                                           | ${'body'}
    ${'{"logs":"x"}'}                                 | ${'body'}
    ${'['.repeat(9_000)}                              | ${'body'}
    ${'{"log":7}'}                                    | ${'log'}
    ${'{"log":"x","jobs":"build"}'}                   | ${'jobs'}
    ${'{"jobs":[{"name":"a","log":[]}]}'}             | ${'jobs.0.log'}
    ${'{"jobs":[{"name":"a","conclusion":"maybe"}]}'} | ${'jobs[0].conclusion'}
    ${'{"error":"it broke"}'}                         | ${'error'}
    ${'{"error":{"message":7}}'}                      | ${'error.message'}
    ${'{"metrics":{"memory":"much"}}'}                | ${'metrics'}
    ${'{"conclusion":"exploded"}'}                    | ${'conclusion'}
  `('refuses $body by $field', async ({ body, field }) => {
    const { status, type, json } = await post(body);
    expect([status, type, json['field']]).toEqual([400, 'application/problem+json; charset=utf-8', field]);
  });

  it('refuses a file name that is none', async () => {
    const { status, json } = await post('x', { 'content-type': 'text/plain' }, '?file=a&file=b');
    expect([status, json['field']]).toEqual([400, 'file']);
  });

  it('refuses who has no token', async () => {
    expect((await post('{"log":"x"}', { authorization: 'Bearer another' })).status).toBe(401);
  });

  it('reads 10 MB, refuses more than 25 MiB, and goes on', async () => {
    const line = `${'y'.repeat(99)}\n`;
    const ten = await post(`${line.repeat(100_000)}connect ETIMEDOUT\n`, { 'content-type': 'text/plain' });
    expect(ten.json['cause']).toBe('network');
    expect((ten.json['evidence'] as unknown[])[0]).toMatchObject({ line: 100_001 });
    expect((await post('z'.repeat(25 * 1024 ** 2 + 1), { 'content-type': 'text/plain' })).status).toBe(413);
    expect((await post('{"log":"x"}')).status).toBe(200);
  });

  it('counts what the bus brought, by cause and by what decided', async () => {
    await publish({ pipeline_id: 'counted', error: { message: 'Connection timed out' } });
    await diagnosisOf(({ run }) => run.pipelineId === 'counted');
    await until(async () => {
      const text = await (await fetch(new URL('/metrics', service.url))).text();
      return /^diagnoses_total\{cause="network",decided_by="rule"\} [1-9]/m.test(text) ? true : undefined;
    });
  });
});

describe('POST /v1/rules/try', () => {
  const rule = (pattern: string) => `rules:
  - id: our-mirror
    cause: network
    says: Our own package mirror did not answer.
    match: { log: ['${pattern}'] }
    transient: 0.9
    confidence: 0.95
    action: { type: retry }
    examples: { match: ['mirror.example.com unreachable'] }
`;

  async function post(body: string, token = TOKEN) {
    const headers = { 'content-type': 'application/yaml', authorization: `Bearer ${token}` };
    const response = await fetch(new URL('/v1/rules/try', service.url), { method: 'POST', body, headers });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }

  it('tries rules on the stored green logs', async () => {
    const key = { repository: 'acme/tried', pipeline: 'ci', job: 'build' };
    await new StoredGreenLogs(bus).put(key, 'resolving\nmirror.example.com unreachable, using the cache\nok\n');
    const { status, json } = await post(rule('mirror\\.example\\.com unreachable'));
    expect(status).toBe(200);
    expect(json).toMatchObject({
      complete: true,
      rules: [
        {
          ...{ id: 'our-mirror', logs: json['logs'], logsHit: 1 },
          hits: [{ log: expect.stringMatching(/^green\./), line: 2, text: expect.stringContaining('the cache') }],
        },
      ],
    });
    const silent = await post(rule('^mirror\\.example\\.com unreachable$'));
    expect(silent.json).toMatchObject({ rules: [{ logsHit: 0, hits: [] }] });
  });

  it.each`
    body                                       | status | detail
    ${''}                                      | ${400} | ${'expected a pack of rules as YAML'}
    ${'rules: ['}                              | ${400} | ${'not valid YAML'}
    ${rule('(?!x)unreachable')}                | ${400} | ${'body:5:'}
    ${rule('unreachable').replace('id', 'di')} | ${400} | ${'unknown key'}
    ${`#${'x'.repeat(256 * 1024)}`}            | ${413} | ${'too large'}
  `('refuses $status $detail', async ({ body, status, detail }) => {
    const answer = await post(body as string);
    expect(answer).toMatchObject({ status, json: { status, detail: expect.stringContaining(detail as string) } });
  });

  it('refuses who has no token', async () => {
    expect((await post(rule('unreachable'), 'another')).status).toBe(401);
  });
});

describe('rules of our own', () => {
  it('that are broken stop the start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prunella-rules-'));
    try {
      writeFileSync(join(folder, 'ours.yaml'), 'rules:\n  - id: Not An Id\n');
      await expect(start({ PRUNELLA_RULES_DIR: folder })).rejects.toThrow(RulePackError);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
