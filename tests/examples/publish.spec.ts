import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Bus, EVENTS } from '@prunella/bus';
import { type Envelope, isSubject, readMessage, type Subject } from '@prunella/contracts';
import { type ServiceProcess, startServiceProcess, startTestNats, type TestServer } from '@prunella/testing';
import { until } from '../support/until.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples', 'publish');
const TOKEN = 'a-token-for-the-api';
const SOURCE = '//ci.example.com/shop';

let nats: TestServer;
let bus: Bus;
let detector: ServiceProcess;
const started: ChildProcess[] = [];

beforeAll(async () => {
  nats = await startTestNats();
  const env = { NATS_URL: nats.url, PRUNELLA_API_TOKEN: TOKEN, LOG_LEVEL: 'warn' };
  [bus, detector] = await Promise.all([
    Bus.connect({ servers: nats.url, name: 'spec' }),
    startServiceProcess('detector', env),
  ]);
}, 60_000);

afterAll(async () => {
  for (const child of started) child.kill();
  await detector?.stop();
  await bus?.close();
  await nats?.stop();
});

/** Runs an example with nothing but `env` and PATH. */
function run(program: string, args: string[], env: Record<string, string>): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const options = { cwd: EXAMPLES, env: { PATH: process.env['PATH'] ?? '', NATS_URL: nats.url, ...env } };
    const child = execFile(program, args, options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
}

/** Of whatever subject; only what the tests look at. */
type Told = Omit<Envelope<'pipeline.finished'>, 'subject'> & { subject: Subject };

/** What Prunella reads in the stream about a run. */
async function told(runId: string): Promise<Told[]> {
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const events: Told[] = [];
  for (let seq = Math.max(state.first_seq, 1); seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message === null || !isSubject(message.subject)) continue;
    const id = message.header.get('Nats-Msg-Id') || String(seq);
    const event = readMessage(message.subject, message.data, { id, source: 'nats' }) as Told;
    if (event.data.runId === runId) events.push(event);
  }
  return events;
}

const TIMED_OUT = {
  ...{ pipelineId: 'shop/nightly', conclusion: 'failure' },
  error: { message: 'connect ETIMEDOUT 10.0.0.7:443' },
};

it('node/publish.mjs tells of the beginning and the end, once', async () => {
  for (const _ of ['first', 'again']) {
    const ending = await run(process.execPath, ['node/publish.mjs'], { RUN_ID: 'node-17' });
    expect(ending).toEqual({ code: 0, text: '' });
  }
  expect((await told('node-17')).filter(({ subject }) => subject !== 'pipeline.failed')).toMatchObject([
    { subject: 'pipeline.started', source: SOURCE },
    { subject: 'pipeline.finished', source: SOURCE, data: { ...TIMED_OUT, repository: 'acme/shop' } },
  ]);
});

it.each`
  program             | file                   | format
  ${process.execPath} | ${'node/formats.mjs'}  | ${'plain'}
  ${process.execPath} | ${'node/formats.mjs'}  | ${'cloudevent'}
  ${process.execPath} | ${'node/formats.mjs'}  | ${'cdevent'}
  ${'python3'}        | ${'python/publish.py'} | ${'plain'}
  ${'python3'}        | ${'python/publish.py'} | ${'cloudevent'}
  ${'python3'}        | ${'python/publish.py'} | ${'cdevent'}
`('$file $format is understood, and stored once', async ({ program, file, format }) => {
  const runId = `${file}-${format}`;
  for (const _ of ['first', 'again']) {
    expect(await run(program, [file, format], { RUN_ID: runId })).toEqual({ code: 0, text: '' });
  }
  const events = (await told(runId)).filter(({ subject }) => subject === 'pipeline.finished');
  expect(events).toMatchObject([{ data: TIMED_OUT }]);
  // And it is a failure: the detector says so.
  await until(async () => (await told(runId)).some(({ subject }) => subject === 'pipeline.failed'), `${runId} failed`);
});

it('python/publish.py says when no stream took it', async () => {
  const nowhere = await run('python3', ['-c', 'import publish; publish.publish("nobody.listens", {}, "id")'], {
    PYTHONPATH: join(EXAMPLES, 'python'),
    PYTHONDONTWRITEBYTECODE: '1',
  });
  expect(nowhere.code).toBe(1);
  expect(nowhere.text).toMatch(/RuntimeError: no stream took it/);
});

describe('shell/tell-failure.sh', () => {
  const tell = (script: string, env: Record<string, string>) =>
    run('shell/tell-failure.sh', ['sh', '-c', script], {
      ...{ PRUNELLA_DETECTOR_URL: detector.url, PRUNELLA_API_TOKEN: TOKEN, PIPELINE_ID: 'shop/nightly' },
      ...env,
    });

  it('tells of a step that fails, with its last lines, and ends as the step did', async () => {
    const script = `printf '%s\\n' 'say "no"\tC:\\temp' 'connect ETIMEDOUT 10.0.0.7:443'; exit 3`;
    const ending = await tell(script, { RUN_ID: 'shell-17' });
    expect(ending.code).toBe(3);
    expect(ending.text).toContain('ETIMEDOUT');
    expect(await told('shell-17')).toMatchObject([
      {
        subject: 'pipeline.failed',
        data: {
          error: { message: 'say "no" C:\\temp\nconnect ETIMEDOUT 10.0.0.7:443\n', type: 'exit', exitCode: 3 },
        },
      },
    ]);
  });

  it('says nothing of a step that passes, and lets nobody suffer who is not let in', async () => {
    expect(await tell('echo fine', { RUN_ID: 'shell-18' })).toEqual({ code: 0, text: 'fine\n' });
    const refused = await tell('exit 4', { RUN_ID: 'shell-18', PRUNELLA_API_TOKEN: 'wrong' });
    expect(refused).toEqual({ code: 4, text: expect.stringMatching(/401[\s\S]*Prunella was not told/) });
    expect(await told('shell-18')).toEqual([]);
  });
});

it("node/bridge.mjs passes on one's own events, and lets bad ones be", async () => {
  const manager = await bus.jetstream.jetstreamManager();
  await manager.streams.add({ name: 'CI', subjects: ['ci.>'] });
  const publish = (event: unknown) => bus.jetstream.publish('ci.build.done', JSON.stringify(event));
  await publish({ job: 'nightly', build: 'bridge-1', ok: true });
  await publish('nothing that is known');
  await publish({ job: '', build: 'bridge-0', ok: true });
  const child = spawn(process.execPath, ['node/bridge.mjs'], {
    cwd: EXAMPLES,
    env: { PATH: process.env['PATH'] ?? '', NATS_URL: nats.url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += String(chunk);
  });
  await publish({ job: 'nightly', build: 'bridge-2', ok: false, log: 'connect ETIMEDOUT' });
  await until(async () => (await told('bridge-2')).length > 0, 'the last one was passed on');
  expect(await told('bridge-1')).toMatchObject([{ data: { pipelineId: 'nightly', conclusion: 'success' } }]);
  const consumer = await bus.jetstream.consumers.get('CI', 'prunella-bridge');
  await until(async () => {
    const { num_pending, num_ack_pending } = await consumer.info();
    return num_pending + num_ack_pending === 0;
  }, 'none is left');
  expect(said).toMatch(/bridge-0\/1\/finished: invalid: pipelineId: expected a non-empty value/);
});
