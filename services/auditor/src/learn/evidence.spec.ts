import fc from 'fast-check';
import { BEGIN, MINUTE, recorded, Story, type Told } from '../../test/story.ts';
import { evidenceIn, learntFrom } from './evidence.ts';

const story = new Story('1');
const failed = [story.finished('failure'), story.failed(), story.diagnosed()];
const again = [
  story.finished('failure', { attempt: 2 }),
  story.failed({ attempt: 2 }),
  story.diagnosed({ attempt: 2 }),
];
const green = story.finished('success', { attempt: 2 });
const recommended = story.executed('recommended');
const minute = (minutes: number) => new Date(BEGIN + minutes * MINUTE).toISOString();

const about = { decidedBy: 'rule:connection-timeout', action: 'retry_with_backoff', cause: 'network', prior: 0.9 };

describe('evidence', () => {
  it.each<[string, Told[], object[]]>([
    ['nothing proven', [...failed, story.executed()], []],
    ['an outcome', [...failed, story.executed(), story.outcome('healed')], [{ ...about, outcome: 'healed' }]],
    ['harm', [...failed, story.executed(), story.outcome('harmful')], [{ ...about, outcome: 'harmful' }]],
    ['an inconclusive one', [...failed, story.executed(), story.outcome('inconclusive')], []],
    ['one that nobody decided', [...failed, story.outcome('healed', { decidedBy: '' })], []],
    ['one of a name that is too long', [...failed, story.outcome('healed', { decidedBy: 'x'.repeat(257) })], []],
    ['an odd prior', [...failed, story.outcome('healed', { prior: 7 })], [{ prior: 1 }]],
    ['one without its action', [...failed, story.outcome('healed')], [{ cause: 'network' }]],
    ['one without anything', [story.outcome('healed')], [{ cause: 'unknown' }]],
    [
      'a heal that was taken back',
      [...failed, story.executed(), story.outcome('healed'), story.outcome('ineffective', { at: 30, reverses: 'x' })],
      [{ ...about, outcome: 'ineffective' }],
    ],
    [
      'a recommendation that people followed, and it helped',
      [...failed, recommended, green],
      [{ ...about, outcome: 'healed', at: minute(20) }],
    ],
    ['one that did not help', [...failed, recommended, ...again], [{ ...about, outcome: 'ineffective' }]],
    ['one that nobody followed', [...failed, recommended], []],
    ['what was only watched', [...failed, story.executed('observed'), green], []],
    [
      'a recommended rollback, whatever ran next',
      [...failed, story.executed('recommended', { action: { type: 'rollback' } }), green],
      [],
    ],
  ])('%s', (_what, told, expected) => {
    expect(evidenceIn(recorded(...told))).toEqual(expected.map((each) => expect.objectContaining(each)));
  });

  it('adds up to the same, in whatever order and batches the events come', () => {
    const told = recorded(
      ...[...failed, story.executed(), story.outcome('healed'), ...again],
      story.executed('recommended', { attempt: 2 }),
      story.finished('success', { attempt: 3 }),
      story.outcome('ineffective', { at: 40, reverses: 'x' }),
    );
    const sum = (batches: (typeof told)[]) => {
      const own: typeof told = [];
      const total = new Map<string, number>();
      for (const batch of batches) {
        const fresh = batch.filter(({ id }) => !own.some((event) => event.id === id));
        own.push(...fresh);
        for (const { decidedBy, cause, day, healed, ineffective, harmful } of learntFrom(fresh, [
          { incidentId: story.incidentId, own: [...own], later: [] },
        ])) {
          for (const [name, count] of Object.entries({ healed, ineffective, harmful })) {
            const key = [decidedBy, cause, day, name].join(' ');
            total.set(key, (total.get(key) ?? 0) + count);
          }
        }
      }
      return [...total].filter(([, count]) => count !== 0).sort();
    };
    fc.assert(
      fc.property(
        fc.shuffledSubarray(told, { minLength: told.length }),
        fc.integer({ min: 1, max: 4 }),
        (events, size) => {
          const batches = Array.from({ length: Math.ceil(events.length / size) }, (_, at) =>
            events.slice(at * size, (at + 1) * size),
          );
          expect(sum([...batches, events])).toEqual(sum([told]));
        },
      ),
    );
    expect(sum([told])).toEqual([
      ['rule:connection-timeout network 2026-11-02 healed', 1],
      ['rule:connection-timeout network 2026-11-02 ineffective', 1],
    ]);
  });
});
