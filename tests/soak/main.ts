// A soak: all of Prunella at half load for an hour, and a judgement of what grew. README.md says what is watched.
//   npm run soak -- [--minutes 60] [--rate R] [--every SECONDS] [--calibrate SECONDS] [--settle MINUTES] [--out FILE] [--judge FILE] [--write]
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withSections } from '../bench/report/sections.ts';
import { judgement } from './judgement.ts';
import { type Line, soak } from './soak.ts';

const DOCUMENT = new URL('../../docs/performance.md', import.meta.url);

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string' },
    every: { type: 'string' },
    calibrate: { type: 'string', default: '20' },
    settle: { type: 'string', default: '5' },
    out: { type: 'string', default: join(tmpdir(), `prunella-soak-${Date.now()}.ndjson`) },
    judge: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const minutes = Number(values.minutes);
if (values.judge === undefined) {
  process.stderr.write(`samples go to ${values.out}\n`);
  await soak({
    minutes,
    rate: values.rate === undefined ? undefined : Number(values.rate),
    // An hour has 120 samples, a short one enough to be seen at all.
    every: values.every === undefined ? Math.min(30, Math.max(3, minutes)) : Number(values.every),
    collectEvery: 8,
    calibrate: Number(values.calibrate),
    settle: Number(values.settle),
    out: values.out,
    log: (line) => process.stderr.write(`${line}\n`),
  });
}
const text = await readFile(values.judge ?? values.out, 'utf8');
const { sound, report } = judgement(
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line),
);
process.stdout.write(`${report}\n`);
if (values.write) await writeFile(DOCUMENT, withSections(await readFile(DOCUMENT, 'utf8'), { soak: report }));
process.exit(sound ? 0 : 1);
