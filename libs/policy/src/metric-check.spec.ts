import { judged, questionsOf, type SeriesState } from './metric-check.ts';
import { parsePolicy } from './parse-policy.ts';

function checkOf(fields = '') {
  const [check] = parsePolicy(`version: 1\nchecks: [{ name: errors, for: 2${fields} }]`).checks;
  if (check === undefined) throw new Error('no check');
  return check;
}

const WEB = { namespace: 'shop', service: 'web' };

/** Judges one value after another; undefined: the series is not in the answer. Gives what was told by each. */
function tell(values: readonly (number | undefined)[], fields = ''): string[] {
  let series: Record<string, SeriesState> = {};
  return values.map((value, at) => {
    const samples = value === undefined ? [] : [{ labels: WEB, value }];
    const { series: next, breaches } = judged(series, samples, checkOf(fields), at);
    series = next;
    return breaches
      .map(({ bad, since, attempt }) => `${bad?.type ?? 'over'}@${since}${bad && attempt > 1 ? '+' : ''}`)
      .join();
  });
}

describe('what a check tells of a series', () => {
  it.each`
    what                             | values                          | fields                              | told
    ${'a breach once'}               | ${[0.2, 0.2, 0.2, 0.2]}         | ${''}                               | ${['', 'CheckErrorRate@0', '', '']}
    ${'one that is not rolled back'} | ${[0.05, 0.1, 0.2]}             | ${''}                               | ${['', 'CheckErrorsRaised@0', '']}
    ${'its end once'}                | ${[0.2, 0.2, 0, 0, 0]}          | ${''}                               | ${['', 'CheckErrorRate@0', '', 'over@0', '']}
    ${'the next one as another'}     | ${[0.2, 0.2, 0, 0, 0.2, 0.2]}   | ${''}                               | ${['', 'CheckErrorRate@0', '', 'over@0', '', 'CheckErrorRate@4']}
    ${'no hiccup'}                   | ${[0.2, 0, 0.2, 0]}             | ${''}                               | ${['', '', '', '']}
    ${'no end by a hiccup'}          | ${[0.2, 0.2, 0, 0.2, 0]}        | ${''}                               | ${['', 'CheckErrorRate@0', '', '', '']}
    ${'no end without data'}         | ${[1, 1, undefined, NaN, NaN]}  | ${''}                               | ${['', 'CheckErrorRate@0', '', '', '']}
    ${'nothing without data'}        | ${[undefined, NaN, NaN]}        | ${''}                               | ${['', '', '']}
    ${'what gets worse once'}        | ${[0.07, 0.07, 0.2, 0.2, 0.2]}  | ${''}                               | ${['', 'CheckErrorsRaised@0', '', 'CheckErrorRate@0+', '']}
    ${'no worse by a hiccup'}        | ${[0.07, 0.07, 0.2, 0.07, 0.2]} | ${''}                               | ${['', 'CheckErrorsRaised@0', '', '', '']}
    ${'its end when it was worse'}   | ${[0.07, 0.07, 1, 1, 0, 0]}     | ${''}                               | ${['', 'CheckErrorsRaised@0', '', 'CheckErrorRate@0+', '', 'over@0']}
    ${'memory that gets worse'}      | ${[0.9, 0.9, 1, 1]}             | ${', metric: memory, trigger: 0.9'} | ${['', 'CheckMemory@0', '', '']}
    ${'what is without bounds'}      | ${[Infinity, Infinity]}         | ${''}                               | ${['', 'CheckErrorRate@0']}
    ${'memory'}                      | ${[0.9, 0.95]}                  | ${', metric: memory, trigger: 0.9'} | ${['', 'CheckMemory@0']}
  `('$what', ({ values, fields, told }) => {
    expect(tell(values as number[], fields as string)).toEqual(told);
  });

  it('is about the workload that its labels name, or only itself', () => {
    const samples = [WEB, { ...WEB, service: 'a b' }].map((labels) => ({ labels, value: 1 }));
    const first = judged({}, samples, checkOf(), 0).series;
    const [web, other] = judged(first, samples, checkOf(), 1).breaches;
    expect(web?.about).toMatchObject({
      pipelineId: 'check/errors/shop/web',
      workload: { namespace: 'shop', name: 'web' },
    });
    expect(other?.about).not.toHaveProperty('workload');
  });

  it('keeps only so many', () => {
    const samples = Array.from({ length: 1_000 }, (_, i) => ({ labels: { ...WEB, pod: String(i) }, value: 1 }));
    expect(Object.keys(judged({}, samples, checkOf(), 0).series)).toHaveLength(300);
  });
});

describe('a check of several things', () => {
  const query = 'errors{ns="{{namespace}}",job=~"{{name}}-.*",repo="{{repository}}"}';
  const of =
    '[{ namespace: shop, name: web, repository: "a\\"} or vector(1) #" }, { namespace: shop, name: a.b, repository: x }]';
  const check = checkOf(`, query: '${query}', of: ${of}`);

  it('asks of each by itself, and what they are called can say no more than that', () => {
    expect(questionsOf(check).map((question) => question.query)).toEqual([
      'errors{ns="shop",job=~"web-.*",repo="a\\"} or vector(1) #"}',
      'errors{ns="shop",job=~"a\\\\.b-.*",repo="x"}',
    ]);
  });

  it('knows what each answer is about', () => {
    const samples = (check.of ?? []).map((target) => ({ labels: {}, value: 1, of: target }));
    const { breaches } = judged(judged({}, samples, check, 0).series, samples, check, 1);
    expect(breaches.map(({ about }) => about)).toMatchObject([
      { workload: { namespace: 'shop', name: 'web' }, pipelineId: 'check/errors/shop/web' },
      { workload: { namespace: 'shop', name: 'a.b' }, repository: 'x' },
    ]);
  });
});

it.each`
  fields                                                | says
  ${', metric: memory'}                                 | ${'expected a trigger'}
  ${', every: 10ms'}                                    | ${'from 1s to 1h'}
  ${', environment: "a b"'}                             | ${'the name of a label'}
  ${', query: \'x{a="{{name}}"}\''}                     | ${'a value for each placeholder'}
  ${", query: '{{name}}_total', of: [{ name: web }]"}   | ${'in " or'}
  ${", query: 'x{a=`{{name}}`}', of: [{ name: web }]"}  | ${'in " or'}
  ${', query: \'x{a="{{pod}}"}\', of: [{ name: web }]'} | ${'no placeholders but'}
  ${', query: x, of: [{ name: web }, { name: api }]'}   | ${'a query with placeholders'}
  ${', treshold: 1'}                                    | ${'checks[0].treshold'}
`('$fields is refused: $says', ({ fields, says }) => {
  expect(() => checkOf(fields as string)).toThrow(says as string);
});
