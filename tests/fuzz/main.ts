// Fuzzing of everything that reads what others wrote. README.md says what is promised.
//   npm run fuzz -- [--target NAME] [--seconds N | --cases N] [--seed N] [--blind] [--no-bombs] [--out DIR] [--json FILE] [--replay FILE --target NAME] [--list]
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { attempt, faultIn } from './run/attempt.ts';
import { writeFinding } from './run/kept.ts';
import type { Plan, Result } from './run/plan.ts';
import { supervise } from './run/supervise.ts';
import { loadTargets } from './targets/index.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: [] },
    seconds: { type: 'string' },
    cases: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    blind: { type: 'boolean', default: false },
    bombs: { type: 'boolean', default: true },
    out: { type: 'string', default: 'fuzz-findings' },
    json: { type: 'string' },
    replay: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
const say = (line: string) => process.stdout.write(`${line}\n`);

// The process that reads may be in an endless loop: it does not end by itself.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const targets = await loadTargets(values.target);
if (targets.length === 0)
  throw new Error(`--target: expected the beginning of a name that --list shows, found ${values.target}`);
if (values.list) for (const { name, reads } of targets) say(`${name.padEnd(28)} ${reads}`);
else if (values.replay !== undefined) await replay(values.replay);
else await fuzz();
process.exit();

async function fuzz(): Promise<void> {
  const seconds = values.cases === undefined ? Number(values.seconds ?? 20) : undefined;
  const plan = {
    seed: Number(values.seed),
    cases: values.cases === undefined ? undefined : Number(values.cases),
    forMs: seconds === undefined ? undefined : seconds * 1_000,
    guided: !values.blind,
    bombs: values.bombs,
  };
  say(
    `seed ${plan.seed}, ${targets.length} targets, ${plan.cases === undefined ? `${seconds} s` : `${plan.cases} inputs`} each`,
  );
  const names = targets.map(({ name }) => name);
  // A process for each, so that coverage counts little else; without it all in one, so that modules are loaded once.
  const groups = plan.guided ? names.map((name) => [name]) : [names];
  const reports = [];
  for (const group of groups)
    for (const pass of passesOf(plan))
      reports.push(await supervise(group, pass, (target, result) => say(line(target, result))));
  const found = reports.flatMap((report) => report.found);
  for (const { target, fault, base64 } of found) {
    const bytes = Buffer.from(base64, 'base64');
    const file = writeFinding(values.out, target, bytes);
    say(`\n${target}: ${fault.kind}: ${fault.says}`);
    say(`  ${bytes.length} bytes in ${file}; again: npm run fuzz -- --target ${target} --replay ${file}`);
  }
  say(`\n${found.length} findings`);
  if (values.json !== undefined) {
    const results = reports.flatMap((report) => report.results);
    await writeFile(values.json, JSON.stringify({ seed: plan.seed, results, found }));
  }
  if (found.length > 0) process.exitCode = 1;
}

/** Bombs are read in a process that does not count: V8 optimises nothing while it does, and what is large would take several times as long as in a service. */
function passesOf<P extends Pick<Plan, 'guided' | 'bombs' | 'cases' | 'forMs'>>(plan: P): P[] {
  if (!plan.guided || !plan.bombs) return [plan];
  return [
    { ...plan, guided: false, cases: 0, forMs: undefined },
    { ...plan, bombs: false },
  ];
}

async function replay(file: string): Promise<void> {
  const bytes = await readFile(file);
  for (const target of targets) {
    const found = await attempt(target, bytes);
    const fault = faultIn(found);
    say(`${target.name}: ${fault === undefined ? found : `${fault.kind}: ${fault.says}`}`);
    if (fault !== undefined) process.exitCode = 1;
  }
}

function line(target: string, { cases, read, ms, cpuMs, kept, parts, slowestMs, slowestBytes }: Result): string {
  const rate = Math.round((cases / ms) * 1_000);
  const seen = parts === 0 ? '' : `, ${parts} parts of code, ${kept} inputs kept`;
  return `${target.padEnd(28)} ${cases} inputs, ${Math.round((read / cases) * 100)} % not refused, ${rate}/s, ${(cpuMs / 1_000).toFixed(1)} s of processor time${seen}, slowest ${slowestMs.toFixed(1)} ms (${slowestBytes} bytes)`;
}
