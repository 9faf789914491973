import { FakeGitHub } from '@prunella/testing';
import { createClient, type GitHubClient } from './client.ts';
import { provided } from './errors.ts';

let fake: FakeGitHub;
let client: GitHubClient;

beforeAll(async () => {
  fake = await FakeGitHub.start();
  client = createClient({ apiUrl: fake.url, token: 'ghp_test' });
});

afterAll(async () => {
  await fake.stop();
});

/** What is made of an answer to a question whose answers nobody checks. It is asked once. */
async function answered(status: number, body: unknown): Promise<unknown> {
  fake.fault({ on: /GET .*\/rate_limit$/, answer: { status, body } });
  const before = fake.requests.length;
  const answer = await provided('ask', () => client.request('GET /rate_limit')).then(
    ({ data }) => data,
    (error: unknown) => error,
  );
  expect(fake.requests.length - before).toBe(1);
  return answer;
}

function nested(levels: number): unknown {
  return Array.from({ length: levels }).reduce<unknown>((inside) => [inside], 'a');
}

it('reads what is as deep as it may be', async () => {
  expect(await answered(200, nested(200))).toEqual(nested(200));
});

it.each`
  what                  | status | body                         | says
  ${'too deep'}         | ${200} | ${nested(201)}               | ${'/rate_limit: expected JSON at most 200 deep'}
  ${'too deep, a no'}   | ${422} | ${nested(201)}               | ${'/rate_limit: expected JSON at most 200 deep'}
  ${'longer than read'} | ${200} | ${'x'.repeat(9 * 1024 ** 2)} | ${'/rate_limit: expected at most 8388608 bytes'}
`('$what: a problem of GitHub, not of our memory', async ({ status, body, says }) => {
  const error = await answered(status, body);
  expect(error).toMatchObject({ problem: 'unavailable', message: expect.stringContaining(says) });
});
