import { judge } from './judge.ts';
import { measureRatios } from './measure.ts';
import recorded from './recorded.json' with { type: 'json' };

/** For a machine that the ratio was not recorded on: a larger margin, as a part of the ratio. */
const margin = Math.max(recorded.margin, Number(process.env['GUARD_MARGIN'] ?? 0));

it('a chain costs no more processor time, by that of raw clients, than was recorded', async () => {
  const { isWorse, says } = judge(await measureRatios(), { ...recorded, margin });
  // Also where it passes: how near it comes is worth knowing.
  process.stderr.write(`  ${says}\n`);
  expect({ isWorse, says }).toEqual({ isWorse: false, says });
}, 240_000);
