import fc from 'fast-check';
import { BEGIN, MINUTE, recorded, Story, type Told } from '../../test/story.ts';
import { debtOf } from './debt.ts';
import { debtKinds } from './kinds/index.ts';

const at = (minutes: number) => new Date(BEGIN + minutes * MINUTE).toISOString();
const cost = { minutes: 10, money: 0.2, currency: 'EUR' };

function entriesOf(told: readonly Told[]) {
  const events = recorded(...told);
  return debtKinds.flatMap((kind) => kind.entriesOf(events));
}

describe('debts', () => {
  const story = new Story('1');
  const retried = [story.failed(), story.diagnosed(), story.executed('executed', { at: 12, cost })];
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'api', container: 'app' };
  const scaled = new Story('2', { workload });
  const raise = { action: { type: 'scale_resources' }, cause: 'oom', effect: 'memory of app 1Gi, was 512Mi' };
  const longer = { action: { type: 'raise_timeout' }, cause: 'deploy_failure', effect: 'from 10m to 20m' };

  it.each<[string, Told[], string[]]>([
    ['a rerun that failed', [...retried, story.finished('failure', { attempt: 2 }), story.outcome('ineffective')], []],
    ['a rerun that nobody proved', retried, []],
    ['a rerun that passed', [...retried, story.outcome('healed')], ['retry_pass']],
    [
      'a rerun that passed and came back',
      [...retried, story.outcome('healed'), story.outcome('ineffective', { at: 99, reverses: 'x' })],
      ['retry_pass'],
    ],
    ['a recommendation', [story.executed('recommended'), story.outcome('healed')], []],
    [
      'a test that was skipped, whatever passed then',
      [
        story.executed('executed', { action: { type: 'skip_test', parameters: { test: 'cart > total' } } }),
        story.outcome('healed', { action: 'skip_test' }),
      ],
      ['skipped_test'],
    ],
    ['a raise', [scaled.executed('executed', raise)], ['resource_raise']],
    ['a longer deadline', [scaled.executed('executed', longer)], ['timeout_raise']],
    [
      'a longer deadline that was put back, once',
      [
        scaled.executed('executed', longer),
        scaled.executed('executed', { ...longer, at: 20, key: 'k.undo', undoes: 'k' }),
        scaled.outcome('harmful', { action: 'raise_timeout' }),
      ],
      ['timeout_raise'],
    ],
    ['a raise that was refused', [scaled.executed('rejected', raise)], []],
    ['a rollback', [scaled.executed('executed', { action: { type: 'rollback' } }), scaled.outcome('healed')], []],
  ])('%s', (_what, told, kinds) => {
    expect(entriesOf(told).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('say what, where, why and how much', () => {
    const ended = story.finished('success', { attempt: 2, startedAt: at(13), finishedAt: at(18) });
    const [pass] = entriesOf([...retried, ended, story.outcome('healed', { at: 20 })]);
    expect(pass).toMatchObject({
      what: 'CI fails with network and passes when it is run again (rule:connection-timeout)',
      ...{ repository: 'octo/repo', fingerprint: 'fp-network', cause: 'network', workload: '', at: at(20) },
      // As long as it took, at the price of a minute.
      ...{ minutes: 5, money: 0.1, currency: 'EUR' },
    });
    const [more] = entriesOf([scaled.executed('executed', raise)]);
    expect(more).toMatchObject({
      what: 'shop/api was given more than is declared: memory of app 1Gi, was 512Mi',
      ...{ workload: 'shop/api', cause: 'oom', minutes: 0, money: 0, currency: '' },
    });
    const [time] = entriesOf([scaled.executed('executed', longer)]);
    expect(time).toMatchObject({
      what: 'shop/api was given more time than is declared: from 10m to 20m',
      ...{ workload: 'shop/api', cause: 'deploy_failure' },
    });
  });

  it('are one for the same thing, whichever run it happened to', () => {
    const told = ['a', 'b'].map((name) => {
      const other = new Story(name, { headSha: name, branch: name });
      return [other.executed('executed', { at: 12 }), other.outcome('healed')];
    });
    const [a, b] = told.map((each) => entriesOf(each)[0]);
    expect(a?.debtId).toBe(b?.debtId);
    expect(a?.id).not.toBe(b?.id);
  });

  it('are the same whatever the order of the events, and however often they come', () => {
    const told = recorded(
      ...[...retried, story.outcome('healed'), story.executed('executed', { attempt: 2 })],
      ...[story.outcome('harmful', { attempt: 2 }), story.outcome('ineffective', { at: 99, reverses: 'x' })],
      ...[story.executed('executed', { attempt: 3, ...raise })],
    );
    const entries = (events: typeof told) => debtKinds.flatMap((kind) => kind.entriesOf(events));
    const shuffled = fc.shuffledSubarray([...told, ...told], { minLength: 2 * told.length });
    fc.assert(fc.property(shuffled, (events) => expect(entries(events)).toEqual(entries(told))));
    expect(entries(told)).toHaveLength(2);
  });
});

describe('a debt', () => {
  const DAY = 24 * 60 * MINUTE;
  const stored = {
    ...{ id: 'debt_1', kind: 'retry_pass', what: 'x', platform: 'github', repository: 'r', pipelineId: 'p' },
    ...{ fingerprint: 'f', workload: '', cause: 'network', incidentId: 'inc_1', minutes: 1, money: [] },
    ...{ firstSeen: new Date(BEGIN), lastSeen: new Date(BEGIN), count: 9, recent: 3, before: 0 },
    ...{ owner: '', resolvedAt: null, by: '', reason: '' },
  };

  it.each`
    recent | before | days  | resolved | state         | rootCause | trend
    ${3}   | ${0}   | ${1}  | ${false} | ${'open'}     | ${true}   | ${'rising'}
    ${2}   | ${2}   | ${1}  | ${false} | ${'open'}     | ${false}  | ${'steady'}
    ${2}   | ${3}   | ${29} | ${false} | ${'open'}     | ${false}  | ${'falling'}
    ${0}   | ${0}   | ${30} | ${false} | ${'overdue'}  | ${false}  | ${'steady'}
    ${3}   | ${0}   | ${1}  | ${true}  | ${'resolved'} | ${false}  | ${'rising'}
  `(
    'seen $recent times, $before before, after $days days: $state, root cause $rootCause, $trend',
    ({ recent, before, days, resolved, ...expected }) => {
      const resolvedAt = resolved ? new Date(BEGIN + DAY) : null;
      const limits = { dueMs: 30 * DAY, rootCauseAfter: 3 };
      expect(debtOf({ ...stored, recent, before, resolvedAt }, BEGIN + days * DAY, limits, () => '')).toMatchObject({
        ...expected,
        ...{ owner: null, changedBy: null, dueAt: new Date(BEGIN + 30 * DAY).toISOString() },
      });
    },
  );
});
