import { judge } from './judge.ts';
import { measureRatios } from './measure.ts';
import recorded from './recorded.json' with { type: 'json' };

it('a chain costs no more processor time, by that of raw clients, than was recorded', async () => {
  const { isWorse, says } = judge(await measureRatios(), recorded);
  expect({ isWorse, says }).toEqual({ isWorse: false, says });
}, 240_000);
