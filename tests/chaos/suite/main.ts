// The chaos suite: load and a seeded schedule of faults, then a judgement by what was seen from outside. README.md says what is checked.
//   npm run chaos -- [--minutes 3] [--seed 1] [--replicas 2] [--every 500] [--storm 24] [--gitlab 0.4] [--only KINDS] [--schedule FILE]
//                    [--settle 900] [--shrink 20] [--json FILE] [--quiet]
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { kindsOf } from './faults/index.ts';
import { summary } from './report.ts';
import { run } from './run.ts';
import { Schedule, scheduleOf, written } from './schedule/schedule.ts';
import { shrink } from './schedule/shrink.ts';

const { values, tokens } = parseArgs({
  tokens: true,
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    replicas: { type: 'string', default: '2' },
    every: { type: 'string', default: '500' },
    storm: { type: 'string', default: '24' },
    gitlab: { type: 'string', default: '0.4' },
    only: { type: 'string', default: '' },
    schedule: { type: 'string' },
    settle: { type: 'string', default: '900' },
    shrink: { type: 'string', default: '20' },
    json: { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
});
/** What a schedule says itself. */
const OF_A_SCHEDULE = ['minutes', 'seed', 'replicas', 'every', 'storm', 'gitlab', 'only'] as const;

const say = (line: string) => process.stdout.write(`${line}\n`);
const given = OF_A_SCHEDULE.filter((name) => tokens.some((token) => token.kind === 'option' && token.name === name));
if (values.schedule !== undefined && given.length > 0)
  throw new Error(`--schedule holds all of its run: leave out ${given.map((name) => `--${name}`).join(', ')}`);
const schedule =
  values.schedule === undefined
    ? scheduleOf(
        Number(values.seed),
        {
          ...{ durationMs: Math.round(Number(values.minutes) * 60_000), replicas: Number(values.replicas) },
          ...{ everyMs: Number(values.every), storm: Number(values.storm), gitlab: Number(values.gitlab) },
        },
        kindsOf(values.only),
      )
    : Schedule.parse(JSON.parse(await readFile(values.schedule, 'utf8')));
const options = { settleMs: Number(values.settle) * 1_000, ...(!values.quiet && { log: say }) };

say(written(schedule));
const result = await run(schedule, options);
say(summary(result));
if (values.json !== undefined) await writeFile(values.json, JSON.stringify(result.ledger, null, 2));
if (result.violations.length > 0) {
  process.exitCode = 1;
  const until = performance.now() + Number(values.shrink) * 60_000;
  const broken = new Set(result.violations.map(({ check }) => check));
  const fails = async (faults: readonly Schedule['faults'][number][]) => {
    const again = await run({ ...schedule, faults: [...faults] }, { ...options, log: () => undefined });
    const isSame = again.violations.some(({ check }) => broken.has(check));
    say(`with ${faults.length} of ${schedule.faults.length} faults: ${isSame ? 'broken in the same way' : 'sound'}`);
    return isSame;
  };
  if (Number(values.shrink) > 0) {
    const { smallest, tries, isMinimal } = await shrink(schedule.faults, fails, () => performance.now() < until);
    const shrunk = { ...schedule, faults: smallest };
    say(`\nafter ${tries} tries ${isMinimal ? 'none of these can be left out' : 'there was no time for more'}:`);
    say(written(shrunk));
    say(`\nas a file for --schedule:\n${JSON.stringify(shrunk)}`);
  } else say(`\nas a file for --schedule:\n${JSON.stringify(schedule)}`);
}
process.exit();
