// Measures how well unusual values are found:
//   npm run bench:anomaly -- [--data DIR] [--json]
// DIR (or NAB_DATA): a checkout of the Numenta Anomaly Benchmark, or a folder with its `data` and `labels`; without it only simulated builds are measured.
import { parseArgs } from 'node:util';
import { measureBuilds } from './builds.ts';
import {
  DENSE_METRIC,
  type Detector,
  DURATION_LIKE,
  fixedThreshold,
  once,
  ours,
  timesTheMean,
  zScore,
} from './detectors.ts';
import { type NabSeries, readNab } from './nab-data.ts';
import { probationOf, scoreNab } from './nab-score.ts';
import { printBuilds, printNab } from './report.ts';
import { simulate } from './simulate.ts';

/** Constants were chosen on seed 1; these builds nobody looked at. */
const HELD_OUT_SEED = 2;
const SERIES = 300;
/** How far `DENSE_METRIC` looks back, and how long it is quiet, was chosen on these groups of NAB; the others are held out. */
const DEVELOPED_ON = /^(artificialNoAnomaly|artificialWithAnomaly|realTraffic|realAdExchange)\//;
const QUIET = 100;

const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'boolean' } } });
const folder = values.data ?? process.env['NAB_DATA'];

const builds = simulate(HELD_OUT_SEED, SERIES);
const onBuilds = [
  measureBuilds('ours', () => ours(), builds),
  measureBuilds('3 times the mean', () => timesTheMean(3), builds),
  measureBuilds('3 standard deviations', () => zScore(3), builds),
  measureBuilds('3 standard deviations of 50', () => zScore(3, 50), builds),
];

type ScoredFile = NabSeries & { scores: readonly number[] };

function figuresOf(detector: string, scored: readonly ScoredFile[]) {
  return {
    detector,
    ...scoreNab(scored),
    // Each half with a threshold of its own, which NAB does not have: to see whether it was fitted to one of them.
    developedOn: scoreNab(scored.filter((file) => DEVELOPED_ON.test(file.name))).score,
    heldOut: scoreNab(scored.filter((file) => !DEVELOPED_ON.test(file.name))).score,
  };
}

function scored(make: (file: NabSeries) => Detector, files: readonly NabSeries[]): ScoredFile[] {
  return files.map((file) => {
    const detect = make(file);
    return {
      ...file,
      scores: file.times.map((at, index) => detect({ at, value: file.values[index] as number }).score),
    };
  });
}

const makers: [string, (file: NabSeries) => Detector][] = [
  ['ours, as for runs', () => ours(DURATION_LIKE)],
  ['ours, for dense metrics', () => ours(DENSE_METRIC)],
  ['fixed threshold', ({ values: all }) => fixedThreshold(probationOf(all.length))],
  ['standard deviations', () => zScore(3)],
];
const files = folder === undefined ? [] : readNab(folder);
const onNab =
  files.length === 0
    ? []
    : makers.flatMap(([name, make]) => {
        const all = scored(make, files);
        const told = all.map((file) => ({ ...file, scores: once(file.scores, QUIET) }));
        return [figuresOf(name, all), figuresOf(`${name}, told once`, told)];
      });

if (values.json) process.stdout.write(`${JSON.stringify({ builds: onBuilds, nab: onNab }, null, 2)}\n`);
else process.stdout.write(`${[...printBuilds(onBuilds, SERIES, HELD_OUT_SEED), ...printNab(onNab)].join('\n')}\n`);
