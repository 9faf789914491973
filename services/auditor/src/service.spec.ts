import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptBreaker } from '@prunella/policy';
import type { RunningService } from '@prunella/service-kit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { get, Running } from '../test/running.ts';
import { eventually, MINUTE, Story, type Told } from '../test/story.ts';

const HOUR_AGO = () => Date.now() - 60 * MINUTE;

let running: Running;
let service: RunningService;

beforeAll(async () => {
  running = await Running.start();
  service = await running.auditor();
}, 60_000);
afterAll(() => running.stop());

/** A run that failed, was retried and then ended like this. */
function retried(name: string, ending: 'success' | 'failure' | undefined, about: object = {}): [Story, Told[]] {
  const story = new Story(name, { ...about }, HOUR_AGO());
  const told = [story.finished('failure'), story.failed(), story.diagnosed(), story.executed('executed', { at: 12 })];
  if (ending !== undefined) told.push(story.finished(ending, { attempt: 2 }));
  if (ending === 'failure') told.push(story.failed({ attempt: 2 }), story.diagnosed({ attempt: 2 }));
  return [story, told];
}

async function incident(id: string, expected: object) {
  return await eventually(async () => {
    const { body } = await get(service, `/v1/incidents/${id}`);
    expect(body).toMatchObject(expected);
    return body;
  });
}

describe('a failed run that a retry healed', () => {
  it('is told, proven, learnt and reported once, however often its events come', async () => {
    const rule = 'rule:heals-once';
    const story = new Story('heals-once', {}, HOUR_AGO());
    const decided = { decidedBy: rule };
    const told = [
      ...[story.finished('failure'), story.failed(), story.diagnosed(decided)],
      ...[story.executed('executed', { at: 12, ...decided }), story.finished('success', { attempt: 2 })],
    ];
    await running.publish(...told);
    const page = await incident(story.incidentId, { state: 'closed', outcome: 'healed', decidedBy: rule });
    expect(page.timeline.at(-1)).toMatchObject({ type: 'outcome.observed', attempt: 1 });

    // The stream refuses an id that it knows: come without one, as plain NATS publishers do.
    for (const { subject, ...event } of [...told, ...told]) {
      const bytes = JSON.stringify({ specversion: '1.0', type: 'x', ...event });
      running.bus.nats.publish(subject, bytes);
    }
    const [last, lastTold] = retried('after-the-copies', 'success');
    await running.publish(...lastTold);
    await incident(last.incidentId, { outcome: 'healed' });

    const mine = (events: Record<string, unknown>[]) => events.filter((event) => event['decidedBy'] === rule);
    await eventually(async () => expect(mine(await running.published('confidence.updated'))).toHaveLength(1));
    expect(mine(await running.published('confidence.updated'))).toEqual([
      expect.objectContaining({ action: 'retry_with_backoff', prior: 0.9, priorWeight: 10, healed: 1, mean: 10 / 11 }),
    ]);
    expect(mine(await running.published('outcome.observed'))).toHaveLength(1);
    const { body } = await get(service, '/v1/confidence');
    expect(body.items.find((item: { decidedBy: string }) => item.decidedBy === rule)).toMatchObject({
      healed: 1,
      samples: 1,
    });
    expect((await get(service, `/v1/incidents/${story.incidentId}`)).body.events).toHaveLength(told.length + 1);
  });

  it('counts in the metrics once for each action', async () => {
    const count = async (metric: string) =>
      Number(new RegExp(`^${metric}.* (\\d+)$`, 'm').exec((await get(service, '/metrics')).body)?.[1] ?? 0);
    const [actions, successes] = [
      await count('healing_actions_total\\{action_type="retry_with_backoff"\\}'),
      await count('healing_actions_success_total\\{action_type="retry_with_backoff"\\}'),
    ];
    const [story, told] = retried('metrics', 'success');
    await running.publish(...told);
    await incident(story.incidentId, { outcome: 'healed' });
    expect(await count('healing_actions_total\\{action_type="retry_with_backoff"\\}')).toBe(actions + 1);
    expect(await count('healing_actions_success_total\\{action_type="retry_with_backoff"\\}')).toBe(successes + 1);
    expect((await get(service, '/metrics')).body).toMatch(
      /healing_action_duration_seconds_bucket\{le="2.5",action_type="retry_with_backoff"\}/,
    );
  });
});

describe('other endings', () => {
  it('the same failure again: ineffective, and the incident goes on', async () => {
    const [story, told] = retried('same-again', 'failure');
    await running.publish(...told);
    const page = await incident(story.incidentId, { state: 'diagnosed', attempt: 2, outcome: null });
    expect(page.outcomes).toEqual([expect.objectContaining({ attempt: 1, outcome: 'ineffective' })]);
  });

  it('an outcome of the remediator counts, and only the first', async () => {
    const story = new Story('rolled-back', {}, HOUR_AGO());
    const decided = { decidedBy: 'rule:rollback' };
    const rollback = { action: { type: 'rollback' }, ...decided };
    const proven = (outcome: string, at: number) => story.outcome(outcome, { at, action: 'rollback', ...decided });
    await running.publish(
      ...[story.failed(), story.diagnosed(decided), story.executed('executed', rollback)],
      ...[proven('healed', 15), proven('harmful', 16)],
    );
    await incident(story.incidentId, { state: 'closed', outcome: 'healed', action: 'rollback' });
    await running.publish(proven('harmful', 17));
    await eventually(async () => {
      const page = await incident(story.incidentId, { state: 'closed', outcome: 'healed' });
      expect(page.events).toHaveLength(6);
    });
    await eventually(async () => {
      const { body } = await get(service, '/v1/confidence');
      expect(body.items.filter((item: { decidedBy: string }) => item.decidedBy === 'rule:rollback')).toEqual([
        expect.objectContaining({ healed: 1, harmful: 0, samples: 1 }),
      ]);
    });
  });

  it('a run that goes green by itself is not our success', async () => {
    const story = new Story('by-itself', {}, HOUR_AGO());
    const recommended = [story.failed(), story.diagnosed(), story.executed('recommended')];
    await running.publish(...recommended, story.finished('success', { attempt: 2 }));
    await incident(story.incidentId, { state: 'closed', outcome: null, status: 'recommended' });
  });

  it('a pipeline whose publisher names no runs is settled by its next run', async () => {
    const about = { platform: 'generic', repository: '', runId: '', pipelineId: 'nightly' };
    const first = new Story('nightly-1', about, HOUR_AGO());
    await running.publish(first.failed(), first.diagnosed(), first.executed('executed', { at: 12 }));
    await incident(first.incidentId, { state: 'verifying' });
    await running.publish(new Story('nightly-2', about, HOUR_AGO()).finished('success', { at: 20 }));
    await incident(first.incidentId, { state: 'closed', outcome: 'healed', outcomeReason: /next run/ });
  });

  it('a run that was unusually slow is recorded, and is told on the page of its incident only', async () => {
    const slow = new Story('slow-and-green', {}, HOUR_AGO());
    const both = new Story('slow-and-failed', {}, HOUR_AGO());
    await running.publish(slow.started(), slow.anomaly(), slow.finished('success'), both.anomaly(), both.failed());
    const page = await incident(both.incidentId, { state: 'detected' });
    expect(page.timeline).toContainEqual(expect.objectContaining({ type: 'anomaly.detected', title: 'Unusual: CI' }));
    expect((await get(service, `/v1/incidents/${slow.incidentId}`)).status).toBe(404);
  });

  it('a run that never fails is no incident', async () => {
    const green = new Story('green', {}, HOUR_AGO());
    await running.publish(green.started(), green.finished('success'));
    const [later, told] = retried('after-green', 'success');
    await running.publish(...told);
    await incident(later.incidentId, { outcome: 'healed' });
    expect((await get(service, `/v1/incidents/${green.incidentId}`)).status).toBe(404);
  });

  it('text that Postgres cannot hold, and a time that is none, are taken all the same', async () => {
    const story = new Story('odd-text', {}, HOUR_AGO());
    const odd = { ...story.failed({ error: { message: 'NUL \0 \\u0000' } }), time: 'yesterday' };
    await running.publish(odd, story.diagnosed());
    const page = await incident(story.incidentId, { state: 'diagnosed' });
    expect(page.timeline[0].says).toBe('NUL \ufffd \\u0000');
  });
});

describe('the API', () => {
  it('lists by filters and in pages, each incident once', async () => {
    const repository = 'octo/pages';
    const stories = Array.from(
      { length: 23 },
      (_, n) => new Story(`page-${n}`, { repository }, HOUR_AGO() - n * MINUTE),
    );
    await running.publish(...stories.flatMap((story) => [story.failed(), story.diagnosed()]));
    const path = `/v1/incidents?repository=${encodeURIComponent(repository)}`;
    await eventually(async () => expect((await get(service, `${path}&state=diagnosed`)).body.items).toHaveLength(23));

    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await get(service, `${path}&limit=5${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(body.items.length).toBeLessThanOrEqual(5);
      seen.push(...body.items.map((item: { id: string }) => item.id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(stories.map((story) => story.incidentId));
    for (const [filter, expected] of [
      ['q=PAGES', 23],
      ['q=p_ges', 0],
      ['cause=network', 23],
      ['cause=oom', 0],
      ['outcome=healed', 0],
      ['source=github', 23],
      ['source=jenkins', 0],
      ['pipeline=octo%2Frepo%2F.github%2Fworkflows%2Fci.yml', 23],
      ['pipeline=other', 0],
    ] as const) {
      expect([filter, (await get(service, `${path}&${filter}`)).body.items.length]).toEqual([filter, expected]);
    }
  });

  it.each([
    ['/v1/incidents?limit=0', 400, 'limit'],
    ['/v1/incidents?limit=201', 400, 'limit'],
    ['/v1/incidents?limit=ten', 400, 'limit'],
    ['/v1/incidents?cursor=nonsense', 400, 'cursor'],
    ['/v1/incidents?state=open', 400, 'state'],
    ['/v1/incidents?outcome=good', 400, 'outcome'],
    ['/v1/incidents?cause=bad', 400, 'cause'],
    ['/v1/incidents?stat=closed', 400, 'stat'],
    ['/v1/incidents?state=closed&state=detected', 400, 'state'],
    ['/v1/incidents?q=%00', 400, 'q'],
    [`/v1/incidents?q=${'x'.repeat(513)}`, 400, 'q'],
    ['/v1/incidents/%00', 400, 'id'],
    ['/v1/incidents/nobody', 404, undefined],
    ['/v1/reports/effectiveness?from=yesterday', 400, 'from'],
    ['/v1/reports/effectiveness?from=2026-11-02&to=2026-11-01', 400, 'from'],
    ['/v1/reports/effectiveness?until=2026-11-02', 400, 'until'],
    ['/v1/coverage?since=yesterday', 400, 'since'],
    ['/v1/coverage?since=2026-11-02&until=2026-11-01', 400, 'since'],
    ['/v1/coverage?limit=101', 400, 'limit'],
    ['/v1/coverage?from=2026-11-02', 400, 'from'],
    ['/v1/coverage/clusters/fp-none', 404, undefined],
    ['/v1/coverage/clusters/%00', 400, 'id'],
    ['/v1/coverage/clusters/fp-none?since=2026-11-02', 400, 'since'],
    ['/v1/training?since=yesterday', 400, 'since'],
    ['/v1/reports/uplift?from=2026-11-02&to=2026-11-01', 400, 'from'],
    ['/v1/confidence/changes?cursor=x', 400, 'cursor'],
    ['/v1/confidence/changes?action=dance', 400, 'action'],
    ['/v1/confidence/reliability?action=dance', 400, 'action'],
    ['/v1/confidence/reliability?from=2026-11-02&to=2026-11-01', 400, 'from'],
    ['/v1/confidence/evidence?action=retry', 400, 'decidedBy'],
    ['/v1/confidence/evidence?decidedBy=rule:none&action=retry', 404, undefined],
    ['/v1/coverage/clusters/fp-none/draft', 404, undefined],
    ['/v1/coverage/clusters/fp-none/draft?cause=unknown', 400, 'cause'],
    ['/v1/training?cursor=x', 400, 'cursor'],
    ['/v1/training?cause=network', 400, 'cause'],
    ['/v1/nothing', 404, undefined],
  ])('%s: %d %s', async (path, status, field) => {
    const answer = await get(service, path);
    expect(answer).toMatchObject({
      status,
      type: expect.stringContaining('application/problem+json'),
      body: { status },
    });
    expect(answer.body.field).toBe(field);
  });

  it('reports what the actions of a time range helped', async () => {
    const about = (n: number) =>
      new Story(`report-${n}`, { repository: 'octo/report' }, Date.UTC(2001, 0, 1) + n * MINUTE);
    const acted = (story: Story) => [story.failed(), story.diagnosed(), story.executed()];
    const [healed, hurt, waiting] = [about(1), about(2), about(3)];
    await running.publish(
      ...[...acted(healed), healed.outcome('healed'), healed.outcome('harmful', { at: 99 })],
      // What was taken back is no action more.
      ...[...acted(hurt), hurt.executed('executed', { at: 15, key: 'k.undo', undoes: 'k' }), hurt.outcome('harmful')],
      ...[...acted(waiting), about(4).executed('recommended')],
    );
    const range = 'from=2001-01-01&to=2001-01-02T00:00:00%2B00:00';
    await eventually(async () => {
      expect((await get(service, `/v1/reports/effectiveness?${range}`)).body).toMatchObject({
        from: '2001-01-01T00:00:00.000Z',
        to: '2001-01-02T00:00:00.000Z',
        overall: {
          ...{ total: 3, successful: 1, successRate: 0.5, notDone: { recommended: 1 } },
          interval: { value: 0.5, low: expect.closeTo(0.0945, 3), high: expect.closeTo(0.9055, 3) },
        },
        days: [{ day: '2001-01-01', successful: 1, ineffective: 0, harmful: 1, inconclusive: 1, pending: 0 }],
        actions: [
          expect.objectContaining({
            action: 'retry_with_backoff',
            total: 3,
            successful: 1,
            harmful: 1,
            inconclusive: 1,
          }),
        ],
      });
      // That one is silent is told by the sweep, every 30 s.
    }, 40_000);
    const { body } = await get(service, '/v1/reports/effectiveness?from=2000-01-01&to=2000-01-02');
    expect(body).toMatchObject({ overall: { total: 0, successRate: null, interval: null }, actions: [], days: [] });
    const { body: stated } = await get(service, `/v1/confidence/reliability?${range}&action=retry_with_backoff`);
    expect(stated).toMatchObject({
      ...{ action: 'retry_with_backoff', cases: 2, successes: 1, stated: 0.9, unproven: 1, unstated: 0 },
      ...{ calibrationError: expect.closeTo(0.4, 9), brier: expect.closeTo(0.41, 9), brierOfAverage: 0.25 },
    });
    const other = await get(service, `/v1/confidence/reliability?${range}&action=rollback`);
    expect(other.body).toMatchObject({ cases: 0, observed: null, brier: null });
  }, 60_000);

  it('says what share of the failures got a cause, and which of the others are the same', async () => {
    const told = (n: number, about: Record<string, unknown>, diagnosis?: object): Told[] => {
      const story = new Story(`coverage-${n}`, about, Date.UTC(2002, 0, 1) + n * MINUTE);
      const unknown = { cause: 'unknown', decidedBy: 'default', action: { type: 'retry' } };
      return [story.failed(), story.diagnosed(diagnosis && { ...unknown, ...diagnosis })];
    };
    const strange = (text: string) => ({
      fingerprint: 'fp-strange',
      evidence: [{ line: 3, text, job: 'build' }],
      alternatives: [{ cause: 'crash', confidence: 0.3, decidedBy: 'model:1' }],
    });
    await running.publish(
      ...told(1, { repository: 'octo/a' }, strange('quux 1 exploded')),
      ...told(2, { repository: 'octo/b' }, strange('quux 2 exploded')),
      ...told(3, { repository: 'octo/c' }, { fingerprint: 'fp-odd', evidence: [] }),
      ...told(4, { repository: 'octo/c' }),
    );
    // Counts and clusters are two reads: what comes between them is in one.
    await eventually(async () => {
      const { body } = await get(service, '/v1/coverage?since=2002-01-01&until=2002-01-02');
      expect(body).toMatchObject({ total: 4, classified: 1, unknown: 3, share: 0.25 });
      expect(body.clusters).toMatchObject([
        {
          ...{ id: 'fp-strange', count: 2, repositories: ['octo/a', 'octo/b'] },
          ...{ firstSeen: '2002-01-01T00:11:00.000Z', lastSeen: '2002-01-01T00:12:00.000Z' },
          evidence: [{ line: 3, text: 'quux 2 exploded', job: 'build' }],
        },
        { id: 'fp-odd', count: 1, evidence: [] },
      ]);
    });
    const { body: page } = await get(service, '/v1/coverage/clusters/fp-strange');
    expect(page).toMatchObject({ id: 'fp-strange', count: 2, exampleIncidentId: page.incidents[0].id });
    expect(page.incidents).toMatchObject([
      { repository: 'octo/b', evidence: [{ text: 'quux 2 exploded' }], alternatives: [{ cause: 'crash' }] },
      { repository: 'octo/a', evidence: [{ text: 'quux 1 exploded' }] },
    ]);
    const draft = async (cluster: string, query = '') =>
      (await get(service, `/v1/coverage/clusters/${cluster}/draft${query}`)).body;
    expect(await draft('fp-strange')).toMatchObject({
      ...{ cluster: 'fp-strange', cause: 'crash', suggested: true, samples: 2, reason: null },
      yaml: expect.stringContaining("- 'quux 1 exploded'"),
    });
    expect(await draft('fp-strange', '?cause=oom')).toMatchObject({ cause: 'oom', suggested: false });
    expect(await draft('fp-odd')).toMatchObject({
      cause: null,
      yaml: null,
      reason: expect.stringMatching(/choose one/),
    });
    expect(await draft('fp-odd', '?cause=oom')).toMatchObject({
      yaml: null,
      reason: expect.stringMatching(/no failures/),
    });
    const limited = await get(service, '/v1/coverage?since=2002-01-01&until=2002-01-02&limit=1');
    expect(limited.body.clusters).toHaveLength(1);
    const never = await get(service, '/v1/coverage?since=2000-06-01&until=2000-06-02');
    expect(never.body).toMatchObject({ total: 0, share: null, clusters: [] });
  });

  it('gives what a model is trained on, page by page, without what the playground made up', async () => {
    const told = (n: number, about: Record<string, unknown>, diagnosis?: Record<string, unknown>): Told[] => {
      const story = new Story(`training-${n}`, about, Date.UTC(2201, 0, 1) + n * MINUTE);
      return [story.failed(), story.diagnosed(diagnosis), story.outcome('healed')];
    };
    await running.publish(
      ...told(1, { repository: 'octo/train' }, { metrics: { memory: 0.97 } }),
      ...told(2, { repository: 'octo/train' }, { cause: 'unknown', decidedBy: 'default' }),
      ...told(3, { repository: 'octo/train' }, { evidence: [] }),
      ...told(4, { repository: 'octo/train', platform: 'playground' }),
      ...told(5, { repository: 'octo/more' }, { cause: 'crash', decidedBy: 'model:1', prior: 0.4 }),
    );
    const first = await eventually(async () => {
      const { body } = await get(service, '/v1/training?since=2201-01-01&limit=1');
      expect(body.items).toMatchObject([
        { repository: 'octo/more', cause: 'crash', decidedBy: 'model:1', prior: 0.4, outcome: 'healed' },
      ]);
      return body;
    });
    const { body: second } = await get(service, `/v1/training?since=2201-01-01&limit=1&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({
      items: [
        {
          ...{ repository: 'octo/train', cause: 'network', decidedBy: 'rule:connection-timeout', prior: 0.9 },
          ...{ action: 'retry_with_backoff', metrics: { memory: 0.97 } },
          evidence: [{ line: 7, text: 'Connection timed out', job: 'build' }],
        },
      ],
      nextCursor: null,
    });
  });

  it('is the one in docs/reference, of which the console is made (UPDATE_REFERENCE=1 writes it)', async () => {
    const file = join(import.meta.dirname, '../../../docs/reference/openapi.json');
    const { body: document } = await get(service, '/openapi.json');
    if (process.env['UPDATE_REFERENCE'] === '1') await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(document);
  });

  it('answers as its OpenAPI description says', async () => {
    const { body: document } = await get(service, '/openapi.json');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'openapi');
    const pointer = (path: string, status: number, type: string) =>
      `openapi#/paths/${path.replaceAll('/', '~1')}/get/responses/${status}/content/${type.replaceAll('/', '~1')}/schema`;
    const { items } = (await get(service, '/v1/incidents?limit=200')).body;
    const pages = items.map((item: { id: string }) => `/v1/incidents/${item.id}`);
    expect(pages.length).toBeGreaterThan(20);
    for (const [path, template] of [
      ['/v1/incidents?limit=200', '/v1/incidents'],
      ...pages.map((page: string) => [page, '/v1/incidents/{id}']),
      ['/v1/incidents/nobody', '/v1/incidents/{id}'],
      [`${pages[0]}/similar`, '/v1/incidents/{id}/similar'],
      ['/v1/incidents/nobody/similar', '/v1/incidents/{id}/similar'],
      ['/v1/incidents?limit=0', '/v1/incidents'],
      ['/v1/reports/effectiveness?from=2001-01-01', '/v1/reports/effectiveness'],
      ['/v1/confidence', '/v1/confidence'],
      ['/v1/confidence/changes', '/v1/confidence/changes'],
      ['/v1/confidence/changes?limit=0', '/v1/confidence/changes'],
      ['/v1/confidence/reliability?from=2001-01-01', '/v1/confidence/reliability'],
      [
        '/v1/confidence/evidence?decidedBy=rule:connection-timeout&action=retry_with_backoff',
        '/v1/confidence/evidence',
      ],
      ['/v1/reports/uplift?from=2001-01-01', '/v1/reports/uplift'],
      ['/v1/coverage?since=2002-01-01', '/v1/coverage'],
      ['/v1/coverage?limit=0', '/v1/coverage'],
      ['/v1/coverage/clusters/fp-strange', '/v1/coverage/clusters/{id}'],
      ['/v1/coverage/clusters/nothing', '/v1/coverage/clusters/{id}'],
      ['/v1/coverage/clusters/fp-strange/draft', '/v1/coverage/clusters/{id}/draft'],
      ['/v1/coverage/clusters/fp-odd/draft', '/v1/coverage/clusters/{id}/draft'],
      ['/v1/training', '/v1/training'],
      ['/v1/approvals', '/v1/approvals'],
      ['/v1/breakers', '/v1/breakers'],
      ['/v1/training?limit=0', '/v1/training'],
    ] as [string, string][]) {
      const { status, type, body } = await get(service, path);
      const validate = ajv.getSchema(pointer(template, status, type.replace(/;.*/, '')));
      expect([path, status, validate === undefined]).toEqual([path, status, false]);
      expect([path, validate?.(body), validate?.errors]).toEqual([path, true, null]);
    }
    const named = document.paths['/v1/incidents'].get.parameters.map((each: { name: string }) => each.name);
    expect(named).toEqual(['limit', 'cursor', 'state', 'outcome', 'cause', 'repository', 'pipeline', 'source', 'q']);
    expect(JSON.stringify(document.paths['/v1/reports/effectiveness'].get.parameters)).toContain('30 days');
  });
});

/** Opens the stream; resolves when it stands, with a function that reads on until `enough` is true or it ends. */
async function open(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL('/v1/stream', url), { headers, signal: AbortSignal.timeout(25_000) });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (enough: (text: string) => boolean): Promise<string> => {
    while (!enough(text)) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) return text;
      text += value ?? '';
    }
    await reader?.cancel();
    return text;
  };
  return until;
}

describe('approvals', () => {
  const answer = (id: string, body: unknown) =>
    fetch(new URL(`/v1/approvals/${id}`, service.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('lists what waits, passes the first answer on, and refuses what does not fit', async () => {
    const story = new Story('asks', {}, HOUR_AGO());
    await running.publish(story.failed(), story.diagnosed(), story.requested());
    await incident(story.incidentId, { state: 'awaiting_approval' });
    const { body: waiting } = await get(service, '/v1/approvals');
    expect(waiting.items.map(({ id }: { id: string }) => id)).toContain(story.incidentId);

    expect((await answer(story.incidentId, { approved: 'yes', by: 'ada' })).status).toBe(400);
    expect((await answer(story.incidentId, { approved: true, by: '' })).status).toBe(400);
    expect((await answer('inc_nobody', { approved: true, by: 'ada' })).status).toBe(404);
    const said = await answer(story.incidentId, { approved: false, by: 'ada', reason: 'not on a Friday' });
    expect([said.status, await said.json()]).toEqual([
      200,
      {
        incidentId: story.incidentId,
        attempt: 1,
        action: 'rollback',
        approved: false,
        state: 'rejected',
        says: 'nothing is done',
      },
    ]);
    const page = await incident(story.incidentId, { state: 'handed_over' });
    expect(page.events.at(-1)).toMatchObject({
      type: 'action.approved',
      data: { approved: false, by: 'ada', reason: 'not on a Friday', action: 'rollback', attempt: 1 },
    });
    const late = await answer(story.incidentId, { approved: true, by: 'bob' });
    expect([late.status, await late.json()]).toEqual([
      409,
      expect.objectContaining({
        detail: 'expected an incident that waits for an answer, found one that is handed_over',
      }),
    ]);
  });
});

describe('the stream', () => {
  it('tells changes that another replica recorded, and what a client missed', async () => {
    const other = await running.auditor();
    const [story, told] = retried('streamed', 'success');
    const isHealed = (text: string) => text.includes(story.incidentId) && text.includes('"outcome":"healed"');
    const streams = await Promise.all([service, other].map(({ url }) => open(url)));
    await running.publish(...told);
    for (const until of streams) {
      expect(await until(isHealed)).toMatch(/^event: incident\nid: \d{4}-\d\d-\d\dT[\d:.]+Z\ndata: \{"id":"inc_/m);
    }
    const since = new Date(Date.now() - 10_000).toISOString();
    const late = await open(other.url, { 'last-event-id': since });
    expect(await late(isHealed)).toContain(story.incidentId);
    await other.close();
  });

  it('ends when the service stops, and does not hold it up', async () => {
    const stopping = await running.auditor();
    const until = await open(stopping.url);
    const began = performance.now();
    await stopping.close();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await until(() => false)).toContain(': ping');
  });
});

describe('approvals of some only', () => {
  const answer = async (id: string, body: unknown) => {
    const response = await fetch(new URL(`/v1/approvals/${id}`, service.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('wait until enough of those who may have said yes; who may not is recorded, and told', async () => {
    const story = new Story('asks-two', {}, HOUR_AGO());
    const { incidentId } = story;
    await running.publish(
      story.failed(),
      story.diagnosed(),
      story.requested({ approvers: ['ada', 'b*', 'slack:U1'], quorum: 2 }),
    );
    await incident(incidentId, { state: 'awaiting_approval' });
    const eve = await answer(incidentId, { approved: false, by: 'eve' });
    expect(eve).toMatchObject({
      status: 200,
      body: { state: 'not_allowed', says: 'eve may not answer this; who may: 2 of ada, b*, slack:U1' },
    });
    expect((await answer(incidentId, { approved: true, by: 'slack:ada (U1)' })).body).toMatchObject({ field: 'by' });
    expect((await answer(incidentId, { approved: true, by: 'ada' })).body).toMatchObject({
      state: 'waiting',
      says: '1 of 2 said yes',
    });
    await eventually(async () => {
      const { timeline, state } = await incident(incidentId, {});
      expect([timeline.filter(isAnswer).length, state]).toEqual([2, 'awaiting_approval']);
    });
    expect((await answer(incidentId, { approved: true, by: 'Bob' })).body).toMatchObject({ state: 'approved' });
    expect(await incident(incidentId, { state: 'scheduled' })).toMatchObject({ verdict: 'asking' });
    expect((await answer(incidentId, { approved: false, by: 'ada' })).status).toBe(409);
  });

  const isAnswer = ({ type }: { type: string }) => type === 'action.approved';

  it('takes no answer about an attempt for one about the next', async () => {
    const story = new Story('asks-again', {}, HOUR_AGO());
    const { incidentId } = story;
    await running.publish(story.failed(), story.diagnosed(), story.requested());
    await incident(incidentId, { state: 'awaiting_approval', attempt: 1 });
    const again = { attempt: 2, at: 30 };
    await running.publish(story.failed(again), story.diagnosed(again), story.requested(again));
    await incident(incidentId, { state: 'awaiting_approval', attempt: 2 });
    const late = await answer(incidentId, { approved: true, by: 'ada', attempt: 1 });
    expect(late).toMatchObject({ status: 409, body: { title: 'Asked about another attempt' } });
    expect(late.body['detail']).toBe(
      'expected the attempt that is asked about, 2, found an answer about attempt 1; look at what is asked now',
    );
    expect((await answer(incidentId, { approved: true, by: 'ada', attempt: 0 })).status).toBe(400);
    expect(await answer(incidentId, { approved: true, by: 'ada', attempt: 2 })).toMatchObject({
      status: 200,
      body: { state: 'approved', attempt: 2 },
    });
  });
});

describe('breakers', () => {
  const id = 'breaker_1';
  const openedAt = Date.UTC(2026, 0, 1);
  const close = async (which: string, body: unknown) => {
    const response = await fetch(new URL(`/v1/breakers/${which}/close`, service.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('are listed as the remediator keeps them, and closed by an event that says who and why', async () => {
    const bucket = await running.bus.bucket<KeptBreaker>('prunella_breakers');
    const reason = '5 in a row did not help';
    await bucket.put(id, { action: 'retry', platform: 'github', failures: 5, counted: [], openedAt, reason });
    await bucket.put('breaker_2', { action: 'rollback', platform: 'kubernetes', failures: 0, counted: ['a'] });
    await bucket.put('breaker_old', { failures: 1, counted: [] });
    const { body } = await get(service, '/v1/breakers');
    expect(body).toEqual({
      items: [
        {
          id,
          action: 'retry',
          platform: 'github',
          open: true,
          failures: 5,
          openedAt: '2026-01-01T00:00:00.000Z',
          reason,
          trying: false,
          closed: null,
        },
        expect.objectContaining({ id: 'breaker_2', open: false, openedAt: null, reason: null }),
      ],
    });
    expect((await close(id, { by: 'ada', reason: '' })).body).toMatchObject({ status: 400, field: 'reason' });
    expect((await close(id, { reason: 'x' })).body).toMatchObject({ status: 400, field: 'by' });
    expect((await close(id, { by: 'slack:ada (U1)', reason: 'x' })).body).toMatchObject({ status: 400, field: 'by' });
    expect((await close('breaker_9', { by: 'ada', reason: 'x' })).status).toBe(404);
    expect((await close('breaker_2', { by: 'ada', reason: 'x' })).status).toBe(409);
    const answer = { id, action: 'retry', platform: 'github', by: 'ada', reason: 'the registry is back' };
    const twice = [close(id, { by: 'ada', reason: 'the registry is back' }), close(id, { by: 'bob', reason: 'too' })];
    expect((await Promise.all(twice))[0]).toEqual({ status: 200, body: answer });
    expect(await running.published('breaker.closed')).toEqual([
      expect.objectContaining({ breakerId: id, action: 'retry', platform: 'github', openedAt: '2026-01-01T00:00:00Z' }),
    ]);
  });
});

describe('with a token', () => {
  it('shows the console and the description to all, incidents only to who has it', async () => {
    const token = 'a-long-secret';
    const guarded = await running.auditor({ PRUNELLA_API_TOKEN: token });
    for (const path of [
      '/v1/incidents',
      '/v1/incidents/x',
      '/v1/confidence',
      '/v1/coverage',
      '/v1/coverage/clusters/x',
      '/v1/approvals',
      '/v1/breakers',
      '/v1/incidents/x/correlation',
      '/v1/reports/effectiveness',
      '/v1/reports/correlation',
      '/v1/reports/summary?format=markdown',
      '/v1/stream',
    ]) {
      expect([path, (await get(guarded, path)).status]).toEqual([path, 401]);
      expect([path, (await get(guarded, path, { authorization: 'Bearer wrong' })).status]).toEqual([path, 401]);
    }
    expect((await get(guarded, '/v1/incidents', { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await get(guarded, '/openapi.json')).status).toBe(200);
    await guarded.close();
  });
});

describe('incidents that are alike', () => {
  it('are those of the same failure, then those of the same cause in the same pipeline, with how each ended', async () => {
    const fingerprint = 'fp-alike';
    const about = { name: 'alike', repository: 'acme/alike', pipelineId: 'acme/alike/ci' };
    const tell = async (name: string, decided: Record<string, unknown>, ...more: ((story: Story) => Told)[]) => {
      const story = new Story(name, about, HOUR_AGO());
      await running.publish(story.failed(), story.diagnosed(decided), ...more.map((each) => each(story)));
      return story.incidentId;
    };
    const retry = (story: Story) => story.executed('executed', { at: 12, fingerprint });
    const green = (story: Story) => story.finished('success', { attempt: 2 });
    const own = await tell('alike-own', { fingerprint });
    const healed = await tell('alike-healed', { fingerprint }, retry, green);
    const near = await tell('alike-near', { fingerprint: 'fp-alike-other' });
    await tell('alike-not', { fingerprint: 'fp-alike-third', cause: 'oom' });
    await incident(healed, { outcome: 'healed' });
    await eventually(async () => {
      const { body } = await get(service, `/v1/incidents/${own}/similar`);
      const found = body.items.map((item: { incident: { id: string }; alike: string; ending: string }) => [
        ...[item.incident.id, item.alike, item.ending],
      ]);
      expect(found).toEqual([
        [healed, 'fingerprint', 'healed'],
        [near, 'pipeline', 'open'],
      ]);
      expect(body).toMatchObject({
        ...{ incidentId: own, more: false },
        says: 'Of the last 2 alike: 1 healed by retry with backoff, 1 still open.',
      });
    });
  });
});

describe('a failure that turned out to belong to another incident', () => {
  const alert = { platform: 'alertmanager', kind: 'deployment', repository: '' };
  const raw = { platform: 'cd', kind: 'deployment', repository: 'acme/shop' };

  it('is a part of that one, with what its publisher tells later, and is none of its own', async () => {
    const leader = new Story('joins-leader', alert, HOUR_AGO());
    const joiner = new Story('joins-raw', raw, HOUR_AGO());
    const { incidentId } = leader;
    const toldAs = { incidentId: joiner.incidentId, attempt: 1 };
    await running.publish(leader.failed(), leader.diagnosed(), joiner.failed({ at: 12 }));
    await incident(joiner.incidentId, { state: 'detected' });
    const read = await open(service.url);
    await running.publish(joiner.diagnosed({ incidentId, attempt: 2, at: 13, toldAs }));
    // Who looks on is told that one of the two is gone.
    const gone = JSON.stringify({ id: joiner.incidentId, incidentId });
    expect(await read((text) => text.includes(gone))).toMatch(new RegExp(`event: joined\nid: .*\ndata: ${gone}`));
    const page = await incident(incidentId, { attempt: 2, state: 'diagnosed', repository: 'acme/shop' });
    expect(page.events.map(({ type, data }: { type: string; data: object }) => [type, data])).toContainEqual([
      'pipeline.failed',
      expect.objectContaining({ runId: 'joins-raw', incidentId, attempt: 2, runAttempt: 1 }),
    ]);
    // Who has its address is led to the one that it is a part of.
    const old = new URL(`/v1/incidents/${joiner.incidentId}`, service.url);
    const answer = await fetch(old, { redirect: 'manual' });
    expect([answer.status, await answer.json()]).toEqual([308, { joinedInto: incidentId }]);
    expect((await get(service, `/v1/incidents/${joiner.incidentId}`)).body.id).toBe(incidentId);
    expect((await get(service, `/v1/incidents/${joiner.incidentId}/similar`)).status).toBe(404);
    // Its publisher knows its own numbers only.
    await running.publish(joiner.finished('success', { at: 20 }));
    await incident(incidentId, { state: 'closed', outcomeReason: expect.stringContaining('well again') });
    expect((await get(service, `/v1/incidents/${joiner.incidentId}`)).body.id).toBe(incidentId);
  });

  it('leaves other attempts where they were told', async () => {
    const leader = new Story('joins-other-leader', alert, HOUR_AGO());
    const joiner = new Story('joins-other-raw', raw, HOUR_AGO());
    const { incidentId } = leader;
    const toldAs = { incidentId: joiner.incidentId, attempt: 2 };
    await running.publish(
      ...[joiner.failed(), joiner.diagnosed(), leader.failed(), leader.diagnosed(), joiner.failed({ attempt: 2 })],
      joiner.diagnosed({ incidentId, attempt: 2, toldAs }),
    );
    await incident(incidentId, { attempt: 2, repository: 'acme/shop' });
    await incident(joiner.incidentId, { attempt: 1, state: 'diagnosed' });
  });
});
