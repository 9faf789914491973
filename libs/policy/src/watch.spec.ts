import type { Run } from '@prunella/contracts';
import fc from 'fast-check';
import { parsePolicy } from './parse-policy.ts';
import { type Check, checkOf, coveringWatch, lookFor, verdictOf, type Watch, watchFor, workloadOf } from './watch.ts';

function watchesOf(...entries: string[]): Watch[] {
  return parsePolicy(`version: 1\nwatches:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`).watches;
}

function watchOf(fields = ''): Watch {
  const [watch] = watchesOf(`{ name: web, match: { environment: production }${fields} }`);
  if (watch === undefined) throw new Error('no watch');
  return watch;
}

function run(changes: Partial<Run> = {}): Run {
  return {
    pipelineId: 'acme/shop/deploy/production',
    platform: 'github',
    repository: 'acme/shop',
    runId: 'deployment/1',
    attempt: 1,
    headSha: '',
    branch: 'main',
    environment: 'production',
    url: '',
    name: 'deploy production',
    kind: 'deployment',
    ...changes,
  };
}

const WORKLOAD = { kind: 'Deployment', namespace: 'shop', name: 'web', container: '' };

describe('the settings', () => {
  it('are those of the post-deploy check by default', () => {
    expect(watchOf()).toMatchObject({
      stabilise: 60_000,
      checks: 5,
      every: 10_000,
      failures: 3,
      expect: 200,
      maxErrorRate: 0.05,
      rollbackErrorRate: 0.1,
      window: 300_000,
      errorRate: expect.stringContaining('status=~"5.."'),
    });
  });

  it.each`
    fields                                    | says
    ${', failures: 6'}                        | ${'failures to be at most checks'}
    ${', errorRate: false'}                   | ${'something to look at'}
    ${', errorRate: "up{pod=\\"{{pod}}\\"}"'} | ${'no other placeholders'}
    ${', url: "file:///etc/passwd"'}          | ${'begins with http'}
    ${', maxErrorRate: 5'}                    | ${'watches[0].maxErrorRate'}
    ${', workload: { name: "Web App" }'}      | ${'a name as Kubernetes has them'}
    ${', every: 10ms'}                        | ${'from 1s to 10m'}
    ${', stabilize: 10s'}                     | ${'did you mean stabilise'}
  `('$fields is refused: $says', ({ fields, says }) => {
    expect(() => watchOf(fields)).toThrow(says);
  });

  it('have different names, and match something', () => {
    const entry = '{ name: web, match: { environment: production } }';
    expect(() => watchesOf(entry, entry)).toThrow('different names');
    expect(() => watchesOf('{ name: web, match: {} }')).toThrow('at least one of platform, repository');
  });
});

describe('the watch for a run', () => {
  const watches = watchesOf(
    '{ name: web, match: { environment: production, repository: acme/* }, workload: { namespace: shop, name: web } }',
    '{ name: rest, match: { pipeline: "acme/**" } }',
  );

  it.each`
    changes                                                     | name
    ${{}}                                                       | ${'web'}
    ${{ kind: 'run' }}                                          | ${'web'}
    ${{ kind: 'run', environment: '' }}                         | ${undefined}
    ${{ kind: 'job' }}                                          | ${undefined}
    ${{ kind: 'check' }}                                        | ${undefined}
    ${{ environment: 'staging' }}                               | ${'rest'}
    ${{ repository: 'other/shop', pipelineId: 'other/shop/x' }} | ${undefined}
    ${{ workload: WORKLOAD }}                                   | ${'web'}
    ${{ workload: { ...WORKLOAD, namespace: '' } }}             | ${'web'}
    ${{ workload: { ...WORKLOAD, name: 'api' } }}               | ${'rest'}
    ${{ workload: { ...WORKLOAD, namespace: 'other' } }}        | ${'rest'}
  `('$changes: $name', ({ changes, name }) => {
    expect(watchFor(watches, run(changes))?.name).toBe(name);
  });

  it('knows the workload from the settings, else from the event', () => {
    const [web, rest] = watches as [Watch, Watch];
    expect(workloadOf(web, run())).toEqual({ kind: 'Deployment', namespace: 'shop', name: 'web', container: '' });
    expect(workloadOf(rest, run())).toBeUndefined();
    expect(workloadOf(rest, run({ workload: { ...WORKLOAD, namespace: '' } }))?.namespace).toBe('production');
  });
});

it.each`
  changes                                                                                        | name
  ${{ workload: WORKLOAD }}                                                                      | ${'web'}
  ${{ workload: WORKLOAD, kind: 'check', environment: '', pipelineId: 'alert', repository: '' }} | ${'web'}
  ${{ workload: { ...WORKLOAD, name: 'api' }, kind: 'check' }}                                   | ${undefined}
  ${{}}                                                                                          | ${undefined}
`('the watch that covers the workload of $changes: $name', ({ changes, name }) => {
  const watches = watchOf(', workload: { namespace: shop, name: web }');
  expect(coveringWatch([watches], run(changes))?.name).toBe(name);
});

describe('what is looked for', () => {
  it('puts the workload into the query', () => {
    const watch = watchOf(
      ', url: "https://shop.example/health", errorRate: "x{ns=\\"{{namespace}}\\",s=\\"{{ name }}\\"}"',
    );
    expect(lookFor(watch, WORKLOAD)).toEqual({
      errorRate: { query: 'x{ns="shop",s="web"}' },
      health: { url: 'https://shop.example/health', expect: 200 },
    });
  });

  it.each`
    fields                                   | workload                               | errorRate
    ${''}                                    | ${undefined}                           | ${{ why: expect.stringContaining('names one') }}
    ${''}                                    | ${{ ...WORKLOAD, name: 'a"} or up{' }} | ${{ why: expect.stringContaining('can not have') }}
    ${', errorRate: up'}                     | ${undefined}                           | ${{ query: 'up' }}
    ${', errorRate: false, url: "http://x"'} | ${WORKLOAD}                            | ${undefined}
  `('with $fields and $workload: $errorRate', ({ fields, workload, errorRate }) => {
    expect(lookFor(watchOf(fields), workload).errorRate).toEqual(errorRate);
  });
});

const rate = (value: number) => ({ kind: 'value' as const, value });
const NOTHING = { kind: 'no-data' as const, why: 'nothing fits' };
const HEALTHY = { kind: 'healthy' as const };
const SICK = { kind: 'unhealthy' as const, says: 'HTTP 503' };

it.each`
  errorRate                         | health       | says         | why
  ${rate(0)}                        | ${undefined} | ${'good'}    | ${undefined}
  ${rate(0.0499)}                   | ${HEALTHY}   | ${'good'}    | ${undefined}
  ${rate(0.05)}                     | ${HEALTHY}   | ${'bad'}     | ${'error rate 5 %, expected below 5 %'}
  ${rate(0.25)}                     | ${SICK}      | ${'bad'}     | ${'HTTP 503; error rate 25 %, expected below 5 %'}
  ${rate(0)}                        | ${SICK}      | ${'bad'}     | ${'HTTP 503'}
  ${rate(Number.POSITIVE_INFINITY)} | ${undefined} | ${'bad'}     | ${'error rate without bounds, expected below 5 %'}
  ${NOTHING}                        | ${HEALTHY}   | ${'no-data'} | ${'nothing fits'}
  ${NOTHING}                        | ${SICK}      | ${'bad'}     | ${'HTTP 503'}
  ${rate(0)}                        | ${NOTHING}   | ${'no-data'} | ${'nothing fits'}
  ${undefined}                      | ${HEALTHY}   | ${'good'}    | ${undefined}
  ${undefined}                      | ${undefined} | ${'no-data'} | ${'nothing was looked at'}
`('error rate $errorRate, health $health: $says, $why', ({ errorRate, health, says, why }) => {
  const check = checkOf({ ...(errorRate && { errorRate }), ...(health && { health }) }, { maxErrorRate: 0.05 });
  expect([check.says, check.why]).toEqual([says, why]);
});

/** g: good, b: bad by an error rate of 20 %, r: of 7 %, u: unhealthy, n: no data. */
function series(letters: string): Check[] {
  const known: Record<string, Check> = {
    g: { says: 'good', errorRate: 0.01 },
    b: { says: 'bad', errorRate: 0.2, why: 'error rate 20 %' },
    r: { says: 'bad', errorRate: 0.07, why: 'error rate 7 %' },
    u: { says: 'bad', unhealthy: true, why: 'HTTP 503' },
    n: { says: 'no-data', why: 'nothing fits' },
  };
  return [...letters].map((letter) => known[letter] as Check);
}

describe('the verdict', () => {
  it.each`
    looks           | kind
    ${''}           | ${'open'}
    ${'gggg'}       | ${'open'}
    ${'ggggg'}      | ${'good'}
    ${'bb'}         | ${'open'}
    ${'bbb'}        | ${'bad'}
    ${'bgbgb'}      | ${'bad'}
    ${'bbggg'}      | ${'good'}
    ${'gggbb'}      | ${'open'}
    ${'gggbbb'}     | ${'bad'}
    ${'gggbbg'}     | ${'good'}
    ${'ggggn'}      | ${'open'}
    ${'ggggng'}     | ${'good'}
    ${'bnggg'}      | ${'good'}
    ${'bnngg'}      | ${'open'}
    ${'nnnnn'}      | ${'open'}
    ${'nnnnnnnnnn'} | ${'inconclusive'}
    ${'nnnnnggggg'} | ${'good'}
    ${'ggggggnnnn'} | ${'good'}
    ${'nnggnnnggn'} | ${'inconclusive'}
  `('$looks: $kind', ({ looks, kind }) => {
    // looks stop at the first verdict
    const all = series(looks);
    const first = all.map((_, index) => verdictOf(all.slice(0, index + 1), watchOf())).find((it) => it.kind !== 'open');
    expect(first?.kind ?? 'open').toBe(kind);
  });

  it.each`
    looks    | errorRate    | rollBack | says
    ${'bbb'} | ${0.2}       | ${true}  | ${'3 of 3 looks were bad: error rate 20 %'}
    ${'rrr'} | ${0.07}      | ${false} | ${'3 of 3 looks were bad: error rate 7 %'}
    ${'uuu'} | ${undefined} | ${true}  | ${'3 of 3 looks were bad: HTTP 503'}
    ${'rru'} | ${0.07}      | ${true}  | ${'3 of 3 looks were bad: HTTP 503'}
  `('$looks: roll back is $rollBack', ({ looks, errorRate, rollBack, says }) => {
    const verdict = verdictOf(series(looks), watchOf());
    expect(verdict).toEqual({
      kind: 'bad',
      says,
      rollBack,
      unhealthy: looks.includes('u'),
      ...(errorRate !== undefined && { errorRate }),
    });
  });

  it('comes to an end, is never good without good looks, and is the same for the same looks', () => {
    const letters = fc.constantFrom('g', 'b', 'r', 'u', 'n');
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 40, maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 10 }),
        (looks, checks, failures) => {
          const watch = { ...watchOf(), checks, failures: Math.min(failures, checks) };
          const all = series(looks.join(''));
          const verdicts = all.map((_, index) => verdictOf(all.slice(0, index + 1), watch));
          const end = verdicts.findIndex(({ kind }) => kind !== 'open');
          expect(end).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThan(checks * 2);
          const counting = all.slice(0, end + 1).slice(-checks);
          const count = (says: string): number => counting.filter((check) => check.says === says).length;
          if (verdicts[end]?.kind === 'good') {
            expect(counting.at(-1)?.says).toBe('good');
            expect(count('bad') + count('no-data')).toBeLessThan(watch.failures);
          }
          if (verdicts[end]?.kind === 'bad') expect(count('bad')).toBeGreaterThanOrEqual(watch.failures);
        },
      ),
    );
  });
});
