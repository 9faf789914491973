// Measures how well unusual values are found:
//   npm run bench:anomaly -- [--data DIR] [--json]
// DIR (or NAB_DATA): a checkout of the Numenta Anomaly Benchmark, or a folder with its `data` and `labels`; without it only simulated builds are measured.
import { parseArgs } from 'node:util';
import { measureBuilds } from './builds.ts';
import { ANY_METRIC, type Detector, fixedThreshold, ours, timesTheMean, zScore } from './detectors.ts';
import { type NabSeries, readNab } from './nab-data.ts';
import { probationOf, scoreNab } from './nab-score.ts';
import { printBuilds, printNab } from './report.ts';
import { simulate } from './simulate.ts';

/** Constants were chosen on seed 1; these builds nobody looked at. */
const HELD_OUT_SEED = 2;
const SERIES = 300;

const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'boolean' } } });
const folder = values.data ?? process.env['NAB_DATA'];

const builds = simulate(HELD_OUT_SEED, SERIES);
const onBuilds = [
  measureBuilds('ours', () => ours(), builds),
  measureBuilds('3 times the mean', () => timesTheMean(3), builds),
  measureBuilds('3 standard deviations', () => zScore(3), builds),
  measureBuilds('3 standard deviations of 50', () => zScore(3, 50), builds),
];

function onFile(name: string, make: (file: NabSeries) => Detector, files: readonly NabSeries[]) {
  const scored = files.map((file) => {
    const detect = make(file);
    return {
      ...file,
      scores: file.times.map((at, index) => detect({ at, value: file.values[index] as number }).score),
    };
  });
  const groups = [...new Set(files.map((file) => file.name.split('/')[0] as string))];
  return {
    detector: name,
    ...scoreNab(scored),
    // With a threshold of its own, which NAB does not allow: only to see where it is good.
    groups: Object.fromEntries(
      groups.map((group) => [group, scoreNab(scored.filter((file) => file.name.startsWith(`${group}/`))).score]),
    ),
  };
}

const files = folder === undefined ? [] : readNab(folder);
const onNab =
  files.length === 0
    ? []
    : [
        onFile('ours', () => ours(ANY_METRIC), files),
        onFile('fixed threshold', ({ values: all }) => fixedThreshold(probationOf(all.length)), files),
        onFile('standard deviations', () => zScore(3), files),
      ];

if (values.json) process.stdout.write(`${JSON.stringify({ builds: onBuilds, nab: onNab }, null, 2)}\n`);
else process.stdout.write(`${[...printBuilds(onBuilds, SERIES, HELD_OUT_SEED), ...printNab(onNab)].join('\n')}\n`);
