// Measures what the guard (`npm run test:guard`) measures, several times:
//   npm run bench:guard -- [--runs 6] [--busy 2] [--record]
// Every second run has so many busy loops beside it. `--record` writes recorded.json, which the guard holds on to. README.md says when.
import { execFileSync, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { percentile } from '../../store/percentile.ts';
import { type Recorded, record } from './judge.ts';
import { measureRatios } from './measure.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '6' },
    busy: { type: 'string', default: '2' },
    record: { type: 'boolean', default: false },
  },
});
const runs: { ratio: number; busyLoops: number }[] = [];
for (let n = 0; n < Number(values.runs); n += 1) {
  const busyLoops = n % 2 === 1 ? Number(values.busy) : 0;
  const loops = Array.from({ length: busyLoops }, () => fork(fileURLToPath(new URL('busy-loop.ts', import.meta.url))));
  try {
    const rounds = await measureRatios();
    runs.push({ ratio: Number(percentile(rounds, 0.5).toFixed(2)), busyLoops });
    const shown = rounds.map((one) => one.toFixed(1)).join(', ');
    process.stdout.write(
      `${busyLoops} busy loops, load ${loadavg()[0]?.toFixed(1)}: ${runs.at(-1)?.ratio} (rounds: ${shown})\n`,
    );
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
  }
}
const found: Recorded = record(runs, noteOf());
process.stdout.write(`ratio ${found.ratio}, margin ${found.margin.toFixed(2)}\n`);
if (values.record) {
  writeFileSync(new URL('recorded.json', import.meta.url), `${JSON.stringify(found, null, 2)}\n`);
}
process.exit();

function noteOf(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, after ${commit}, ${availableParallelism()} cores, Node ${process.version}, by npm run bench:guard -- --record`;
}
