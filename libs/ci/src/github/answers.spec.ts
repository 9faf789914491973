import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Run } from '@prunella/contracts';
import { type CiReader, ProviderError } from '@prunella/core';
import { createClient } from './client.ts';
import { githubReader } from './reader.ts';

/** Somebody who is not GitHub, at its address. */
let server: Server;
let reader: CiReader;
let answer = '';
beforeAll(async () => {
  server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(answer);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  reader = githubReader(createClient({ apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
afterAll(() => server.close());

const run: Run = {
  ...{ pipelineId: 'acme/shop', platform: 'github', repository: 'acme/shop', runId: '4711', attempt: 1 },
  ...{ headSha: 'c6d86dc', branch: 'main', environment: '', url: '', name: 'ci', kind: 'run' },
};
const signal = AbortSignal.timeout(60_000);
const logs = { maxBytesPerLog: 1_000, maxJobs: 5, signal };

const QUESTIONS: Readonly<Record<string, () => Promise<unknown>>> = {
  state: () => reader.state(run, signal),
  failedJobs: () => reader.failedJobs(run, logs),
  greenLogs: async () => await reader.greenLogs?.(run, ['build'], { maxPerJob: 1, maxBytesPerLog: 1_000, signal }),
  changedFiles: async () => await reader.changedFiles?.(run, signal),
  finishedSince: async () => await reader.finishedSince?.('acme/shop', 0, { signal }),
  ended: async () => await reader.ended?.(run, signal),
};

describe.each(Object.keys(QUESTIONS))('%s', (question) => {
  it.each([
    '{}',
    '[]',
    'null',
    '"on maintenance"',
    '[{}]',
    '{"jobs":7,"workflow_runs":{},"artifacts":null,"files":0,"id":4711}',
    '{"jobs":[null],"workflow_runs":["x"],"artifacts":[0],"id":"4711"}',
  ])('of %s says that it is not as documented', async (text) => {
    answer = text;
    const error = await QUESTIONS[question]?.().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ problem: 'unavailable', detail: expect.stringContaining('not as documented') });
  });
});
