import { metric, seriesIn } from './metrics.ts';

const TEXT = `# HELP gc_seconds Time.
# TYPE gc_seconds histogram
gc_seconds_sum{kind="minor"} 1.5
gc_seconds_sum{kind="major"} 0.25
gc_seconds_count{kind="major"} 3
heap_bytes 1e6
heap_bytes_total 7
`;

it.each`
  name                | labels               | found
  ${'gc_seconds_sum'} | ${{}}                | ${1.75}
  ${'gc_seconds_sum'} | ${{ kind: 'major' }} | ${0.25}
  ${'heap_bytes'}     | ${{}}                | ${1_000_000}
  ${'heap'}           | ${{}}                | ${undefined}
`('$name $labels: $found', ({ name, labels, found }) => {
  expect(metric(TEXT, name, labels)).toBe(found);
});

it('counts the series', () => {
  expect(seriesIn(TEXT)).toBe(5);
});
