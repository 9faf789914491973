import fc from 'fast-check';
import { BEGIN, MINUTE, recorded, Story, type Told } from '../../test/story.ts';
import { type Moment, settle } from './settle.ts';

const HOUR = 60 * MINUTE;
const story = new Story('42');
const retried = [story.failed(), story.diagnosed(), story.executed('executed', { at: 12 })];
const failedAgain = (details: object) => [
  story.finished('failure', { attempt: 2 }),
  story.diagnosed({ attempt: 2, ...details }),
];
const rollback = story.executed('executed', { action: { type: 'rollback' } });

/** All that was published is known. */
const caughtUp = (now: number): Moment => ({ now, heardUntil: now });

function outcomesOf(told: Told[], hours = 1): [string, string][] {
  return settle(recorded(...told), caughtUp(BEGIN + hours * HOUR), 6 * HOUR).map(({ outcome, reason }) => [
    outcome,
    reason,
  ]);
}

describe('settle', () => {
  it.each<[string, Told[], string | undefined, RegExp?]>([
    ['no later attempt', retried, undefined],
    ['a later success', [...retried, story.finished('success', { attempt: 2 })], 'healed', /attempt 2 succeeded/],
    ['a success of the attempt after the next', [...retried, story.finished('success', { attempt: 3 })], undefined],
    ['a success of a job only', [...retried, story.finished('success', { attempt: 2, kind: 'job' })], undefined],
    ['a success of the attempt itself', [...retried, story.finished('success')], undefined],
    ['a failure not yet diagnosed', [...retried, story.finished('failure', { attempt: 2 })], undefined],
    ['the same failure', [...retried, ...failedAgain({})], 'ineffective', /attempt 2 failed in the same way: network/],
    [
      'the same failure, reported only as failed',
      [...retried, story.failed({ attempt: 2 }), story.diagnosed({ attempt: 2 })],
      'ineffective',
    ],
    [
      'another failure',
      [...retried, ...failedAgain({ fingerprint: 'fp-oom', cause: 'oom' })],
      'inconclusive',
      /it failed differently: attempt 2 with oom/,
    ],
    [
      'a timeout with the same diagnosis',
      [...retried, story.finished('timed_out', { attempt: 2 }), story.diagnosed({ attempt: 2 })],
      'ineffective',
    ],
    ['a cancelled attempt', [...retried, story.finished('cancelled', { attempt: 2 })], 'inconclusive', /cancelled/],
    ['a skipped attempt', [...retried, story.finished('skipped', { attempt: 2 })], 'inconclusive'],
    ['a neutral attempt', [...retried, story.finished('neutral', { attempt: 2 })], 'inconclusive'],
    [
      'a failure, then a success by somebody else',
      [...retried, ...failedAgain({}), story.finished('success', { attempt: 3 })],
      'ineffective',
    ],
    [
      'a recommendation and a success',
      [story.executed('recommended'), story.finished('success', { attempt: 2 })],
      undefined,
    ],
    ['a note to people', [story.executed('executed', { action: { type: 'notify_human' } })], undefined],
    ['a rollback and a later success', [rollback, story.finished('success', { attempt: 2 })], undefined],
    [
      'an outcome that is there already',
      [...retried, story.finished('success', { attempt: 2 }), story.outcome('healed')],
      undefined,
    ],
  ])('%s', (_name, told, outcome, reason = /./) => {
    const found = outcomesOf(told);
    expect(found.map(([each]) => each)).toEqual(outcome === undefined ? [] : [outcome]);
    for (const [, why] of found) expect(why).toMatch(reason);
  });

  it.each<[string, Told[], number, string[]]>([
    ['a retry just before the end of its time', retried, 6.19, []],
    ['a retry at the end of its time', retried, 6.2, ['inconclusive']],
    ['a rollback that nobody checked', [rollback], 7, ['inconclusive']],
    [
      'a failed attempt that nobody diagnosed',
      [...retried, story.finished('failure', { attempt: 2 })],
      7,
      ['inconclusive'],
    ],
    ['a late proof that is there', [...retried, story.finished('success', { attempt: 2, at: 500 })], 9, ['healed']],
    ['what is settled', [...retried, story.outcome('ineffective')], 99, []],
    ['a note to people', [story.executed('executed', { action: { type: 'none' } })], 99, []],
  ])('time: %s', (_name, told, hours, expected) => {
    expect(outcomesOf(told, hours).map(([outcome]) => outcome)).toEqual(expected);
  });

  it('takes for silence only what it has heard', () => {
    const settled = (heard: number) =>
      settle(recorded(...retried), { now: BEGIN + 99 * HOUR, heardUntil: BEGIN + heard * HOUR }, 6 * HOUR);
    expect(settled(6.19)).toEqual([]);
    expect(settled(6.2)).toEqual([expect.objectContaining({ outcome: 'inconclusive' })]);
  });

  it('never says healed without a success, nor twice', () => {
    const pieces = recorded(
      ...[...retried, ...failedAgain({}), rollback, story.executed('executed', { attempt: 2 })],
      ...[story.finished('success', { attempt: 2 }), story.finished('success', { attempt: 3 })],
      ...[story.finished('cancelled', { attempt: 3 }), story.outcome('healed'), story.outcome('harmful')],
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(pieces), fc.integer({ min: 0, max: 10 }), (events, hours) => {
        const settled = settle(events, caughtUp(BEGIN + hours * HOUR), 6 * HOUR);
        const greens = events.filter(
          (event) => event.subject === 'pipeline.finished' && event.data.conclusion === 'success',
        );
        if (greens.length === 0) expect(settled.filter(({ outcome }) => outcome === 'healed')).toEqual([]);
        const keys = settled.map(({ run, action }) => `${run.attempt}/${action}`);
        expect(new Set(keys).size).toBe(keys.length);
        const had = events.flatMap((event) =>
          event.subject === 'outcome.observed' ? [`${event.data.run.attempt}/${event.data.action}`] : [],
        );
        expect(keys.filter((key) => had.includes(key))).toEqual([]);
      }),
    );
  });

  it('carries what the learning needs, and its proof', () => {
    const success = story.finished('success', { attempt: 2 });
    expect(settle(recorded(...retried, success), caughtUp(BEGIN), 6 * HOUR)).toEqual([
      expect.objectContaining({
        incidentId: story.incidentId,
        action: 'retry_with_backoff',
        decidedBy: 'rule:connection-timeout',
        fingerprint: 'fp-network',
        prior: 0.9,
        run: expect.objectContaining({ runId: '42', attempt: 1 }),
        evidenceEventIds: [success.id],
      }),
    ]);
  });
});

describe('settle, for a publisher that names no runs', () => {
  const nameless = { platform: 'generic', runId: '', pipelineId: 'deploy', repository: '' };
  const first = new Story('first', nameless);
  const next = new Story('next', nameless);
  const other = new Story('other', { ...nameless, pipelineId: 'build' });
  const acted = [first.failed(), first.diagnosed(), first.executed('executed', { at: 12 })];

  it.each<[string, Told[], string[]]>([
    ['the next run succeeds', [next.finished('success', { at: 20 })], ['healed']],
    ['it succeeded before the action', [next.finished('success', { at: 11 })], []],
    ['another pipeline succeeds', [other.finished('success', { at: 20 })], []],
    ['it fails in the same way', [next.finished('failure', { at: 20 }), next.diagnosed({ at: 21 })], ['ineffective']],
    [
      'it fails in another way',
      [next.finished('failure', { at: 20 }), next.diagnosed({ at: 21, fingerprint: 'fp-oom' })],
      ['inconclusive'],
    ],
    ['it fails and then succeeds', [next.finished('success', { at: 30 }), next.finished('failure', { at: 20 })], []],
  ])('%s', (_name, later, expected) => {
    expect(outcomesOf([...acted, ...later]).map(([outcome]) => outcome)).toEqual(expected);
  });
});
