import fc from 'fast-check';
import { BEGIN, MINUTE, recorded, Story, type Told } from '../../test/story.ts';
import { Incident, IncidentPage } from './incident.ts';
import { pageOf } from './page.ts';
import { project } from './project.ts';

const story = new Story('42');
const begin = [story.started({ at: 0 }), story.finished('failure'), story.failed(), story.diagnosed()];
const retried = [...begin, story.scheduled(), story.executed()];
const again = [
  story.finished('failure', { attempt: 2 }),
  story.failed({ attempt: 2 }),
  story.diagnosed({ attempt: 2 }),
];
const green = story.finished('success', { attempt: 2 });
const back = { action: { type: 'rollback' }, explanation: 'it was bad', effect: 'rolled back', key: 'k' };
const undo = { at: 20, explanation: 'it was worse', effect: 'put back', key: 'k.undo', undoes: 'k' };
const note = { action: { type: 'notify_human' }, verdict: 'handing_over' };

const cases: [string, Told[], Partial<Incident>][] = [
  ['a failure', begin.slice(0, 3), { state: 'detected', cause: null, action: null }],
  ['a diagnosis', begin, { state: 'diagnosed', cause: 'network', action: 'retry_with_backoff', verdict: null }],
  ['a timer', [...begin, story.scheduled()], { state: 'scheduled', verdict: 'acting', reason: 'the mode is act' }],
  ['a question', [...begin, story.requested()], { state: 'awaiting_approval', verdict: 'asking', action: 'rollback' }],
  ['a yes', [...begin, story.requested(), story.approved(true)], { state: 'scheduled' }],
  [
    'a yes of somebody who may not answer',
    [...begin, story.requested({ approvers: ['bob'] }), story.approved(true)],
    { state: 'awaiting_approval' },
  ],
  ['one yes of two', [...begin, story.requested({ quorum: 2 }), story.approved(true)], { state: 'awaiting_approval' }],
  ['a no of one of two', [...begin, story.requested({ quorum: 2 }), story.approved(false)], { state: 'handed_over' }],
  ['a no', [...begin, story.requested(), story.approved(false)], { state: 'handed_over' }],
  ['an action', retried, { state: 'verifying', status: 'executed', outcome: null, closedAt: null }],
  ['a recommendation', [...begin, story.executed('recommended')], { state: 'recommended', status: 'recommended' }],
  ['a hand-over', [...begin, story.executed('handed_over', note)], { state: 'handed_over', action: 'notify_human' }],
  ['a note to people', [...begin, story.executed('executed', note)], { state: 'handed_over' }],
  ['a platform that refuses', [...begin, story.executed('failed')], { state: 'handed_over', status: 'failed' }],
  ['an action too late', [...begin, story.executed('superseded')], { state: 'closed', outcome: null }],
  ['mode observe', [...begin, story.executed('observed')], { state: 'closed', outcome: null }],
  ['a success that is not yet settled', [...retried, green], { state: 'verifying', attempt: 1, outcome: null }],
  [
    'a proof',
    [...retried, green, story.outcome('healed', { at: 21 })],
    { state: 'closed', attempt: 1, outcome: 'healed', closedAt: new Date(BEGIN + 21 * MINUTE).toISOString() },
  ],
  ['no proof', [...retried, story.outcome('inconclusive', { at: 400 })], { state: 'closed', outcome: 'inconclusive' }],
  [
    'the first of two outcomes',
    [...retried, story.outcome('inconclusive', { at: 400 }), story.outcome('healed', { at: 500 })],
    { state: 'closed', outcome: 'inconclusive' },
  ],
  [
    'a retry that did not help, being diagnosed',
    [...retried, ...again, story.outcome('ineffective', { at: 21 })],
    { state: 'diagnosed', attempt: 2, outcome: null },
  ],
  [
    'a retry that did not help, left to people',
    [
      ...retried,
      ...again,
      story.outcome('ineffective', { at: 21 }),
      story.executed('handed_over', { attempt: 2, ...note }),
    ],
    { state: 'handed_over', attempt: 2, outcome: 'ineffective', action: 'notify_human' },
  ],
  [
    'a second retry that helped',
    [
      ...[...retried, ...again, story.outcome('ineffective', { at: 21 }), story.executed('executed', { attempt: 2 })],
      ...[story.finished('success', { attempt: 3 }), story.outcome('healed', { attempt: 2, at: 31 })],
    ],
    { state: 'closed', attempt: 2, outcome: 'healed' },
  ],
  [
    'a success that nobody of us brought about',
    [...begin, story.executed('recommended'), green],
    {
      state: 'closed',
      outcome: null,
      outcomeReason: "recovered without Prunella's action: attempt 2 succeeded",
    },
  ],
  [
    'a deployment that is well again by itself',
    [...begin, story.executed('recommended'), story.finished('success', { kind: 'deployment', at: 30 })],
    { state: 'closed', outcome: null, outcomeReason: "recovered without Prunella's action: it is well again" },
  ],
  [
    'a deployment that went well and turned out bad then',
    [
      story.finished('success', { kind: 'deployment', at: 0 }),
      story.failed(),
      story.diagnosed(),
      story.executed('recommended'),
    ],
    { state: 'recommended', closedAt: null },
  ],
  [
    'a job that passed after the run had failed',
    [...begin, story.executed('recommended'), story.finished('success', { kind: 'job', at: 30 })],
    { state: 'recommended', closedAt: null },
  ],
  [
    'a rollback followed by a note',
    [
      ...[...begin, story.executed('executed', { action: { type: 'rollback' } })],
      story.executed('handed_over', { at: 12, ...note }),
    ],
    { state: 'verifying', action: 'rollback', status: 'executed' },
  ],
  [
    'a rollback that was taken back, before its outcome is known',
    [...begin, story.executed('executed', back), story.executed('executed', { ...back, ...undo })],
    { state: 'verifying', action: 'rollback', status: 'executed', reason: 'it was bad' },
  ],
  [
    'a rollback that was taken back',
    [
      ...[...begin, story.executed('executed', back), story.executed('executed', { ...back, ...undo })],
      story.outcome('harmful', { action: 'rollback', at: 21 }),
    ],
    { state: 'closed', action: 'rollback', status: 'executed', outcome: 'harmful', reason: 'it was bad' },
  ],
  [
    'a rollback that could not be taken back',
    [
      ...[...begin, story.executed('executed', back), story.executed('failed', { ...back, ...undo })],
      story.outcome('harmful', { action: 'rollback', at: 21 }),
    ],
    { state: 'closed', action: 'rollback', status: 'executed', outcome: 'harmful' },
  ],
  [
    'an action that says neither verdict nor cause',
    [story.executed('executed', { verdict: undefined, cause: undefined, decidedBy: undefined })],
    { state: 'verifying', verdict: null, cause: null, decidedBy: null },
  ],
];

describe('project', () => {
  it.each(cases)('%s', (_name, told, expected) => {
    const events = recorded(...told);
    const incident = project(events);
    expect(incident).toMatchObject({ id: story.incidentId, repository: 'octo/repo', runId: '42', ...expected });
    expect(Incident.parse(incident)).toEqual(incident);
    expect(IncidentPage.parse(pageOf(events)).timeline).toHaveLength(told.length);
  });

  it('sees no incident in a run that never failed', () => {
    expect(
      project(recorded(story.started(), story.finished('success'), story.finished('failure', { kind: 'job' }))),
    ).toBe(undefined);
  });

  it('sees no incident in a run that was slow, and its failure on the page where there is one', () => {
    const slow = [story.started({ at: 0 }), story.anomaly({ at: 9, running: true }), story.finished('success')];
    expect(project(recorded(...slow))).toBe(undefined);
    const events = recorded(story.anomaly(), ...begin);
    const { updatedAt: _, ...incident } = project(events) ?? {};
    expect(project(recorded(...begin))).toMatchObject(incident);
    expect(
      IncidentPage.parse(pageOf(events)).timeline.map(({ type, title, says }) => [type, title, says]),
    ).toContainEqual(['anomaly.detected', 'Unusual: CI', '412 s; usual: 95 s (80 to 130 s), from 60 runs; 4.3 times']);
  });

  it('tells the same whatever the order and however often events come', () => {
    const all = [...new Map(cases.flatMap(([, told]) => told).map((event) => [event.id, event])).values()];
    const some = fc
      .subarray(recorded(...all))
      .chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2, maxLength: events.length * 2 }),
        ),
      );
    fc.assert(
      fc.property(some, ([events, shuffled]) => {
        expect(project(shuffled)).toEqual(project(events));
        expect(pageOf(shuffled)).toEqual(pageOf(events));
      }),
    );
  });

  it('takes what a run says before what its jobs say, and the newest that says anything', () => {
    const events = recorded(
      story.failed({ url: 'https://ci.example/1', branch: '' }),
      story.finished('failure', { kind: 'job', name: 'build (node 24)', url: 'https://ci.example/job' }),
      story.diagnosed(),
    );
    expect(project(events)).toMatchObject({ name: 'CI', branch: 'main', url: 'https://ci.example/runs/42' });
  });

  it('marks what the playground simulates', () => {
    expect(project(recorded(new Story('1', { platform: 'playground' }).failed()))).toMatchObject({
      simulated: true,
      source: 'playground',
    });
  });

  it('opens at the first trouble and is as new as its newest event', () => {
    expect(project(recorded(...retried, green))).toMatchObject({
      openedAt: new Date(BEGIN + 10 * MINUTE).toISOString(),
      updatedAt: new Date(BEGIN + 20 * MINUTE).toISOString(),
    });
  });
});

describe('the page of an incident', () => {
  it('tells that an action was taken back, between it and its outcome', () => {
    const told = [
      story.outcome('harmful', { action: 'rollback', at: 21 }),
      story.executed('executed', { ...back, ...undo }),
      story.executed('executed', back),
    ];
    const page = pageOf(recorded(...told));
    expect(page?.timeline.map(({ title, says }) => [title, says])).toEqual([
      ['rollback: executed', 'it was bad'],
      ['Taking back rollback: executed', 'it was worse'],
      ['Outcome of rollback: harmful', 'it was harmful'],
    ]);
    expect(page).toMatchObject({ effect: 'rolled back' });
  });

  it('tells its events so that one leads to the other, an outcome after its proof', () => {
    const page = pageOf(recorded(story.outcome('healed', { at: 1 }), green, ...retried.toReversed()));
    expect(page?.timeline.map((item) => [item.type, item.attempt])).toEqual([
      ['pipeline.started', 1],
      ['pipeline.finished', 1],
      ['pipeline.failed', 1],
      ['diagnosis.made', 1],
      ['action.scheduled', 1],
      ['action.executed', 1],
      ['pipeline.finished', 2],
      ['outcome.observed', 1],
    ]);
    expect(page).toMatchObject({
      evidence: [{ line: 7, text: 'Connection timed out', job: 'build' }],
      reasons: [{ check: 'mode', allows: true, says: 'the mode is act' }],
      effect: 'rerun-failed-jobs',
      dueAt: '2026-11-02T08:05:00Z',
      outcomes: [{ attempt: 1, action: 'retry_with_backoff', outcome: 'healed', reason: 'it was healed' }],
    });
  });
});

it.each(['good', 'bad', 'inconclusive', 'superseded'])('a watch that ended %s opens no incident', (result) => {
  expect(project(recorded(story.finished('success', { kind: 'deployment' }), story.watched(result)))).toBeUndefined();
});

it('shows how a watch ended in the history of an incident, without changing where it stands', () => {
  const watched = recorded(...begin, story.watched('inconclusive'));
  expect(pageOf(watched)).toMatchObject({ state: project(recorded(...begin))?.state });
  expect(pageOf(watched)?.timeline).toContainEqual(
    expect.objectContaining({ title: 'Watch web ended: inconclusive', says: '2 of 2 looks saw nothing' }),
  );
});
