import { Metrics } from './metrics.ts';

const metrics = new Metrics();

async function shown(name: string): Promise<string[]> {
  const text = await metrics.registry.getSingleMetricAsString(name);
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

it('a gauge that is asked shows what it is told, and nothing of what was told before', async () => {
  let answer: () => Promise<{ labels: { stream: string }; value: number }[]>;
  metrics.askedGauge('asked', 'Some streams.', ['stream'], () => answer());
  answer = async () => [
    { labels: { stream: 'a' }, value: 1 },
    { labels: { stream: 'b' }, value: 2 },
  ];
  expect(await shown('asked')).toEqual(['asked{stream="a"} 1', 'asked{stream="b"} 2']);
  answer = async () => [{ labels: { stream: 'b' }, value: 3 }];
  expect(await shown('asked')).toEqual(['asked{stream="b"} 3']);
  answer = async () => Promise.reject(new TypeError('away'));
  expect(await shown('asked')).toEqual([]);
  answer = () => new Promise(() => undefined);
  expect(await shown('asked')).toEqual([]);
});

it('one without labels is not zero before it is known, nor when it is not known any more', async () => {
  const known = metrics.labelledGauge('known', 'Something.', []);
  metrics.askedGauge('never', 'Nothing.', [], async () => []);
  expect([await shown('known'), await shown('never')]).toEqual([[], []]);
  known.set(4);
  expect(await shown('known')).toEqual(['known 4']);
  known.remove();
  expect(await shown('known')).toEqual([]);
});
