import { measureBuilds } from './builds.ts';
import { ours, timesTheMean, zScore } from './detectors.ts';
import { simulate } from './simulate.ts';

const series = simulate(3, 12, 200);

it('simulates the same for the same seed', () => {
  expect(simulate(3, 12, 200)).toEqual(series);
  expect(simulate(4, 12, 200)).not.toEqual(series);
});

it('gives full marks to who knows, and none to who says nothing', () => {
  const planted = new Set(
    series.flatMap(({ builds }) => builds.filter(({ truth }) => truth === 'slow')).map(({ at }) => at),
  );
  const knows = measureBuilds(
    'knows',
    () =>
      ({ at }) => ({ score: 0, told: planted.has(at) }),
    series,
  );
  expect(knows).toMatchObject({ precision: 1, recall: 1, slowdowns: 1, delay: 0, falsePerThousand: 0, perShift: 0 });
  const silent = measureBuilds('silent', () => () => ({ score: 0, told: false }), series);
  expect(silent).toMatchObject({ recall: 0, slowdowns: 0, falsePerThousand: 0 });
});

it('finds ours more often right than three times the mean and three standard deviations', () => {
  const [mine, mean, z] = [ours, () => timesTheMean(3), () => zScore(3)].map((make) =>
    measureBuilds('', () => make(), series),
  );
  expect(mine?.precision).toBeGreaterThan(Math.max(mean?.precision ?? 1, z?.precision ?? 1));
});
