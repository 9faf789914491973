import { connect } from '@nats-io/transport-node';
import { DEAD_LETTERS } from '@prunella/bus';
import { SUBJECTS } from '@prunella/contracts';
import { signedHeaders } from '@prunella/testing';
import { type ServiceName, type System, startSystem, WEBHOOK_SECRET } from '../support/system.ts';
import { until } from '../support/until.ts';

const TOKEN = 'an-api-token';

let system: System;

beforeAll(async () => {
  system = await startSystem({ environment: { PRUNELLA_API_TOKEN: TOKEN } });
}, 60_000);

afterAll(() => system.stop());

const authorized = { authorization: `Bearer ${TOKEN}` };

/** All services answer, and a good message still makes an incident. */
async function expectAlive(name: string): Promise<void> {
  for (const service of Object.values(system.services)) {
    expect(service.ended).toBeUndefined();
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  }
  system.bus.nats.publish(
    'pipeline.failed',
    JSON.stringify({ pipeline_id: name, error: { message: 'Connection timed out' } }),
  );
  await until(async () => {
    const response = await fetch(`${system.services.auditor.url}/v1/incidents?pipeline=${encodeURIComponent(name)}`, {
      headers: authorized,
    });
    const { items } = (await response.json()) as { items: { state: string }[] };
    return items.some(({ state }) => state === 'recommended');
  }, `the good message ${name} is handled`);
}

async function deadLetters(): Promise<{ subject: string; reason: string; error: string; size: number }[]> {
  const stream = await system.bus.jetstream.streams.get(DEAD_LETTERS.name);
  const { state } = await stream.info();
  const letters = [];
  for (let seq = Math.max(state.first_seq, 1); seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message === null) continue;
    const { subject, header, data } = message;
    letters.push({
      subject,
      reason: header.get('Prunella-Reason'),
      error: header.get('Prunella-Error'),
      size: data.length,
    });
  }
  return letters;
}

describe('on the bus', () => {
  it.each`
    what                     | bytes                                            | says
    ${'no JSON'}             | ${'<html>502</html>'}                            | ${/expected JSON/}
    ${'nothing'}             | ${''}                                            | ${/expected JSON/}
    ${'no object'}           | ${'42'}                                          | ${/expected a JSON object/}
    ${'an empty object'}     | ${'{}'}                                          | ${/expected/}
    ${'all of a wrong type'} | ${'{"pipeline_id":{},"incident_id":[],"run":7}'} | ${/expected/}
    ${'an empty CloudEvent'} | ${'{"specversion":"1.0","type":"x"}'}            | ${/id: expected a non-empty string/}
    ${'a deep nest'}         | ${`${'['.repeat(20_000)}${']'.repeat(20_000)}`}  | ${/expected/}
    ${'binary'}              | ${'\u0000\u0001\uffff'}                          | ${/expected JSON/}
  `(
    '$what on each subject goes to its dead letters, with the reason',
    async ({ what, bytes, says }) => {
      const before = (await deadLetters()).length;
      for (const subject of SUBJECTS) system.bus.nats.publish(subject, bytes as string);
      const letters = await until(async () => {
        const all = (await deadLetters()).slice(before);
        return all.length >= SUBJECTS.length && all;
      }, 'a dead letter for each subject');
      expect(letters.map(({ subject }) => subject).toSorted()).toEqual(
        SUBJECTS.map((subject) => `dlq.${subject}`).toSorted(),
      );
      for (const letter of letters) {
        expect(letter).toMatchObject({
          reason: 'invalid',
          error: expect.stringMatching(says as RegExp),
          size: Buffer.byteLength(bytes as string),
        });
      }
      await expectAlive(`after-${what}`);
    },
    60_000,
  );

  it('a message of 10 MB is refused by the server, and one of 5 MB is a dead letter', async () => {
    const sender = await connect({ servers: system.nats.url });
    const big = JSON.stringify({ pipeline_id: '1', error: { message: 'x'.repeat(10 * 1024 ** 2) } });
    expect(() => sender.publish('pipeline.failed', big)).toThrow(/MAX_PAYLOAD|max_payload|exceeded/i);
    const before = (await deadLetters()).length;
    sender.publish(
      'pipeline.failed',
      JSON.stringify({ pipeline_id: '1', error: { message: 'x'.repeat(5 * 1024 ** 2) } }),
    );
    const [letter] = await until(async () => {
      const all = (await deadLetters()).slice(before);
      return all.length > 0 && all;
    }, 'buried');
    expect(letter?.error).toMatch(/error\.message: expected at most 65536 characters/);
    await sender.close();
    await expectAlive('after-5MB');
  }, 60_000);

  it('an event about nothing known changes nothing', async () => {
    const approval = { incident_id: 'inc_nobody', attempt: 1, action: 'rollback', approved: true, by: 'mallory' };
    system.bus.nats.publish('action.approved', JSON.stringify(approval));
    system.bus.nats.publish(
      'outcome.observed',
      JSON.stringify({
        incident_id: 'inc_nobody',
        run: { pipeline_id: 'p' },
        action: 'retry',
        outcome: 'healed',
        reason: 'so',
      }),
    );
    await expectAlive('after-unknown');
    expect(system.github.effects).toEqual([]);
    // An outcome of an action that nobody took teaches nothing.
    const learnt = await fetch(`${system.services.auditor.url}/v1/confidence`, { headers: authorized });
    expect(await learnt.json()).toEqual({ items: [] });
  }, 60_000);
});

describe('over HTTP', () => {
  const ENDPOINTS: readonly {
    service: ServiceName;
    path: string;
    headers: (body: string) => Record<string, string>;
  }[] = [
    {
      service: 'detector',
      path: '/webhooks/github',
      headers: (body) => signedHeaders('workflow_run', body, WEBHOOK_SECRET),
    },
    {
      service: 'detector',
      path: '/webhook/healing',
      headers: () => ({ ...authorized, 'content-type': 'application/json' }),
    },
    {
      service: 'diagnoser',
      path: '/v1/diagnose',
      headers: () => ({ ...authorized, 'content-type': 'application/json' }),
    },
  ];

  describe.each(ENDPOINTS)('POST $path', ({ service, path, headers }) => {
    it.each`
      what               | body
      ${'no JSON'}       | ${'<html>'}
      ${'a list'}        | ${'[1,2,3]'}
      ${'a number'}      | ${'7'}
      ${'null'}          | ${'null'}
      ${'wrong types'}   | ${'{"event_type":5,"pipeline_id":[],"log":{},"action":7,"workflow_run":"x","repository":3}'}
      ${'unknown words'} | ${'{"event_type":"exploded","pipeline_id":"1","conclusion":"exploded","log":"x","action":"exploded","repository":{}}'}
    `('$what: a 4xx that says what is wrong', async ({ body }) => {
      const response = await fetch(system.services[service].url + path, {
        method: 'POST',
        headers: headers(body as string),
        body: body as string,
      });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      const problem = (await response.json()) as { title: string; detail: string };
      expect(problem.detail).toMatch(/expected|found|JSON/);
      expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:|\.js:/);
    });
  });

  it('30 MB are too much everywhere', async () => {
    const body = JSON.stringify({ pipeline_id: '1', log: 'x'.repeat(30 * 1024 ** 2) });
    for (const { service, path, headers } of ENDPOINTS) {
      const response = await fetch(system.services[service].url + path, {
        method: 'POST',
        headers: headers(body),
        body,
      }).catch(() => undefined);
      // A server may also hang up while the body is still on its way.
      if (response !== undefined) expect(response.status).toBe(413);
    }
    await expectAlive('after-30MB');
  }, 60_000);

  it.each`
    path                                          | field
    ${'/v1/incidents?limit=0'}                    | ${'limit'}
    ${'/v1/incidents?limit=x'}                    | ${'limit'}
    ${'/v1/incidents?cursor=garbage'}             | ${'cursor'}
    ${'/v1/incidents?state=exploded'}             | ${'state'}
    ${'/v1/incidents?outcome=exploded'}           | ${'outcome'}
    ${'/v1/incidents?colour=red'}                 | ${'colour'}
    ${'/v1/reports/effectiveness?from=yesterday'} | ${'from'}
  `('GET $path is a 400 that names $field', async ({ path, field }) => {
    const response = await fetch(system.services.auditor.url + (path as string), { headers: authorized });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ field });
  });

  it('asks for the token on every endpoint that tells or takes something', async () => {
    const { auditor, diagnoser, detector } = system.services;
    for (const url of [
      `${auditor.url}/v1/incidents`,
      `${auditor.url}/v1/incidents/x`,
      `${auditor.url}/v1/stream`,
      `${auditor.url}/v1/confidence`,
      `${auditor.url}/v1/reports/effectiveness`,
    ]) {
      expect((await fetch(url)).status).toBe(401);
      expect((await fetch(url, { headers: { authorization: 'Bearer wrong-token' } })).status).toBe(401);
    }
    expect(
      (
        await fetch(`${diagnoser.url}/v1/diagnose`, {
          method: 'POST',
          body: 'x',
          headers: { 'content-type': 'text/plain' },
        })
      ).status,
    ).toBe(401);
    expect(
      (
        await fetch(`${detector.url}/webhook/healing`, {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(401);
  });

  it('knows what is not there', async () => {
    const { auditor } = system.services;
    expect((await fetch(`${auditor.url}/v1/incidents/inc_not_there`, { headers: authorized })).status).toBe(404);
    expect((await fetch(`${auditor.url}/v1/nothing`, { headers: authorized })).status).toBe(404);
  });
});

it('takes a healing event, and makes an incident of it', async () => {
  const response = await fetch(`${system.services.detector.url}/webhook/healing`, {
    method: 'POST',
    headers: { ...authorized, 'content-type': 'application/json' },
    body: JSON.stringify({
      event_type: 'pipeline_failed',
      pipeline_id: 'told-by-http',
      error: { message: 'Connection refused', type: 'ECONNREFUSED' },
    }),
  });
  expect(response.status).toBe(202);
  await until(async () => {
    const list = await fetch(`${system.services.auditor.url}/v1/incidents?pipeline=told-by-http`, {
      headers: authorized,
    });
    return ((await list.json()) as { items: unknown[] }).items.length === 1;
  }, 'the incident');
});
