import type { ProbeResult } from '@prunella/core';
import fc from 'fast-check';
import type { Dependency } from './dependency.ts';
import { afterMention, afterProbe, type DependencyRecord, type Mention, standingOf, told } from './dependency-state.ts';
import { parsePolicy } from './parse-policy.ts';

const MINUTE = 60_000;
const START = 1_000 * MINUTE;
const ok: ProbeResult = { kind: 'ok', says: 'it answers' };
const failed: ProbeResult = { kind: 'failed', says: 'it is silent' };
const noData: ProbeResult = { kind: 'no-data', why: 'no network' };

function dependency(more = ''): Dependency {
  const [one] = parsePolicy(
    `version: 1\ndependencies: [{ name: it, kind: tcp, host: db.example, port: 5432, interval: 30s${more} }]`,
  ).dependencies;
  if (one === undefined) throw new Error('none');
  return one;
}

const it_ = dependency();

function mention(pipeline: string, at = START): Mention {
  return { pipeline, incidentId: `inc_${pipeline}`, at, lines: [{ line: 1, text: 'db.example', job: 'build' }] };
}

/** Applies steps half a minute apart: `+` a probe succeeds, `-` fails, `?` says nothing; a letter is a pipeline that names it. */
function after(steps: string, from?: DependencyRecord, at = START): DependencyRecord | undefined {
  let record = from;
  let now = at;
  for (const step of steps) {
    const result = { '+': ok, '-': failed, '?': noData }[step];
    record =
      result === undefined ? afterMention(record, it_, mention(step, now), now) : afterProbe(record, it_, result, now);
    now += 30_000;
  }
  return record;
}

it.each`
  steps         | state
  ${''}         | ${'unknown'}
  ${'?'}        | ${'unknown'}
  ${'+'}        | ${'up'}
  ${'-'}        | ${'unknown'}
  ${'---'}      | ${'down'}
  ${'+--'}      | ${'up'}
  ${'+--+--'}   | ${'up'}
  ${'+---'}     | ${'down'}
  ${'---+'}     | ${'down'}
  ${'---+-+'}   | ${'down'}
  ${'---++'}    | ${'up'}
  ${'+??'}      | ${'up'}
  ${'+?????'}   | ${'unknown'}
  ${'---?????'} | ${'unknown'}
  ${'+ab'}      | ${'up'}
  ${'+aaa'}     | ${'up'}
  ${'+abc'}     | ${'suspected'}
  ${'abc'}      | ${'suspected'}
  ${'+abc+'}    | ${'suspected'}
  ${'+abc-++'}  | ${'up'}
  ${'+abc---'}  | ${'down'}
  ${'---abc'}   | ${'down'}
  ${'+abc++d'}  | ${'up'}
  ${'+abc++de'} | ${'up'}
`('"$steps": $state', ({ steps, state }) => {
  expect(standingOf(after(steps), it_, START + Math.max(0, steps.length - 1) * 30_000).state).toBe(state);
});

it('is not known any more when nothing was heard for three intervals, and says since when', () => {
  const record = after('+');
  expect(standingOf(record, it_, START + 90_000).state).toBe('up');
  expect(standingOf(record, it_, START + 90_001)).toEqual({
    state: 'unknown',
    since: START + 90_000,
    reason: expect.stringContaining('nothing was heard'),
  });
});

it('tells, in order, what it was while nobody looked', () => {
  const record = after('+', after('---'), START + 10 * MINUTE);
  expect(record?.untold.map(({ before, state }) => `${before}>${state}`)).toEqual([
    'unknown>down',
    'down>unknown',
    'unknown>up',
  ]);
  expect(record && told(record, record.untold).untold).toEqual([]);
});

it('knows nothing of another address under the same name', () => {
  const moved: Dependency = { ...it_, kind: 'tcp', host: 'other.example', port: 5432 };
  const record = after('---');
  expect(standingOf(record, moved, START + MINUTE).state).toBe('unknown');
  expect(afterProbe(record, moved, failed, START + MINUTE)).toMatchObject({ state: 'unknown', failures: 1 });
});

it.each`
  what                            | at
  ${'that is too old'}            | ${START - 10 * MINUTE}
  ${'from before it was cleared'} | ${START + 150_000}
`('does not count a failure $what', ({ at }) => {
  const cleared = after('+abc++');
  const now = START + 5 * MINUTE;
  const record = ['d', 'e', 'f'].reduce(
    (one, name) => afterMention(one, it_, mention(name, at), now),
    cleared as DependencyRecord,
  );
  expect(record).toBe(cleared);
});

it('keeps which failures spoke against it, and forgets them once it is cleared', () => {
  expect(after('+abc')?.untold.at(-1)).toMatchObject({
    state: 'suspected',
    before: 'up',
    reason: '3 pipelines failed within 10m with db.example:5432 in their logs',
    mentions: [{ incidentId: 'inc_a' }, { incidentId: 'inc_b' }, { incidentId: 'inc_c' }],
  });
  expect(after('+abc++')?.mentions).toEqual([]);
});

describe('whatever comes', () => {
  type Step =
    | { kind: 'ok' | 'failed' | 'no-data'; pause: number }
    | { kind: 'mention'; pipeline: number; late: number; pause: number };
  const pause = fc.nat(40_000);
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('ok' as const, 'failed' as const, 'no-data' as const), pause }),
      fc.record({ kind: fc.constant('mention' as const), pipeline: fc.nat(5), late: fc.nat(15 * MINUTE), pause }),
    ),
    { maxLength: 60 },
  );
  const settings = fc.record({
    downAfter: fc.integer({ min: 1, max: 4 }),
    upAfter: fc.integer({ min: 1, max: 4 }),
    pipelines: fc.integer({ min: 2, max: 4 }),
  });

  function run(
    list: readonly Step[],
    one: Dependency,
    twice = false,
  ): { record: DependencyRecord | undefined; now: number }[] {
    let record: DependencyRecord | undefined;
    let now = START;
    return list.map((step) => {
      now += step.pause;
      if (step.kind === 'mention') {
        const said = mention(String(step.pipeline), now - step.late);
        record = afterMention(record, one, said, now);
        if (twice) expect(afterMention(record, one, said, now)).toBe(record);
      } else {
        const result = step.kind === 'no-data' ? noData : step.kind === 'ok' ? ok : failed;
        record = afterProbe(record, one, result, now);
      }
      return { record, now };
    });
  }

  it('every change is told once, and is one; nothing that is kept grows', () => {
    fc.assert(
      fc.property(steps, settings, (list, { pipelines, ...hysteresis }) => {
        const one = { ...it_, ...hysteresis, suspicion: { pipelines, within: 10 * MINUTE } };
        const seen = run(list, one);
        for (const { record } of seen) {
          expect(record?.mentions.length ?? 0).toBeLessThanOrEqual(pipelines);
          expect(record?.untold.length ?? 0).toBeLessThanOrEqual(10);
          const changes = record?.untold ?? [];
          for (const [index, { state, before }] of changes.entries()) {
            expect(state).not.toBe(before);
            if (index > 0) expect(before).toBe(changes[index - 1]?.state);
          }
          if (changes.length > 0) expect(changes.at(-1)?.state).toBe(record?.state);
        }
      }),
    );
  });

  it('it is down only after so many failures in a row, up only after a success, suspected only by so many pipelines', () => {
    fc.assert(
      fc.property(steps, settings, (list, { pipelines, ...hysteresis }) => {
        const one = { ...it_, ...hysteresis, suspicion: { pipelines, within: 10 * MINUTE } };
        const seen = run(list, one);
        for (const [index, { record, now }] of seen.entries()) {
          const before = seen[index - 1]?.record?.state ?? 'unknown';
          const became = record?.state !== before ? record?.state : undefined;
          const probes = list
            .slice(0, index + 1)
            .flatMap(({ kind }) => (kind === 'ok' || kind === 'failed' ? [kind] : []));
          if (became === 'down')
            expect(probes.slice(-hysteresis.downAfter)).toEqual(Array(hysteresis.downAfter).fill('failed'));
          if (became === 'up') expect(probes.at(-1)).toBe('ok');
          if (became === 'up' && (before === 'down' || before === 'suspected') && record?.successes === 1) {
            // one success is enough only where it is all that is asked for, or nobody knew any more
            expect(hysteresis.upAfter === 1 || record.untold.at(-1)?.before === 'unknown').toBe(true);
          }
          if (became === 'suspected') {
            const lately = list.slice(0, index + 1).flatMap((step, at) => {
              const saidAt = (seen[at]?.now ?? 0) - (step.kind === 'mention' ? step.late : 0);
              return step.kind === 'mention' && saidAt > now - 10 * MINUTE ? [step.pipeline] : [];
            });
            expect(new Set(lately).size).toBeGreaterThanOrEqual(pipelines);
          }
        }
      }),
    );
  });

  it('a failure that is told again changes nothing', () => {
    fc.assert(fc.property(steps, (list) => void run(list, it_, true)));
  });
});
