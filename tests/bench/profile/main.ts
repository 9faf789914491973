// Where the processor time of a chain (webhook, failure, diagnosis, decision, rerun, record) goes, by function:
//   npm run bench:profile -- [--services detector,...] [--chains 600] [--rounds 1] [--warm-up 1500] [--rows 25] [--out DIR]
// With --count the messages that each service sends to NATS are counted instead; with --against DIR the services of another, built working tree are measured in turn with
// these. With --reported failures are reported with their log, as for `npm run bench -- --only chain`, and no platform is asked. docs/development/profiling.md says how to read it. Linux only.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SERVICES } from '../../support/fleet.ts';
import { compared } from './compare.ts';
import { counted } from './count.ts';
import { Profiler } from './profiler.ts';
import { byFunction, byPackage, byStage, type Share } from './self-times.ts';
import { startStand } from './stand.ts';

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: SERVICES.join(',') },
    chains: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '1' },
    'warm-up': { type: 'string', default: '1500' },
    rows: { type: 'string', default: '25' },
    out: { type: 'string' },
    count: { type: 'boolean', default: false },
    against: { type: 'string' },
    reported: { type: 'boolean', default: false },
  },
});
const services = SERVICES.filter((name) => values.services.split(',').includes(name));
const what = { services, reported: values.reported };
const sizes = { chains: Number(values.chains), rounds: Number(values.rounds), warmUp: Number(values['warm-up']) };

const write = (line: string) => process.stdout.write(`${line}\n`);
if (values.against !== undefined) await compared(what, resolve(values.against), sizes, write);
else if (values.count) await counted(what, sizes, write);
else await profiled();
process.exit();

async function profiled(): Promise<void> {
  const environmentOf = () => ({ NODE_OPTIONS: '--inspect=127.0.0.1:0' });
  const stand = await startStand({ ...what, environmentOf });
  await stand.round(sizes.warmUp);
  const output = (name: (typeof services)[number]) => stand.services[name][0]?.output ?? '';
  const profilers = await Promise.all(
    services.map(async (name) => [name, await Profiler.attach(output(name))] as const),
  );
  for (const [, profiler] of profilers) await profiler.start();
  const { cpu } = await stand.round(sizes.chains * sizes.rounds);
  write(`ms of processor time for each chain: ${JSON.stringify(cpu)}`);
  for (const [name, profiler] of profilers) {
    const profile = await profiler.stop();
    if (values.out !== undefined) {
      await mkdir(values.out, { recursive: true });
      await writeFile(join(values.out, `${name}.cpuprofile`), JSON.stringify(profile));
    }
    write(`\n${name}, by package:\n${listed(byPackage(profile))}`);
    write(`\n${name}, by function:\n${listed(byFunction(profile))}`);
    const isOurs = (url: string) => /\/(?:libs|services)\/[^/]+\/dist\//.test(url);
    write(`\n${name}, functions of ours with all that they call:\n${listed(byStage(profile, isOurs))}`);
  }
  await stand.stop();
}

function listed(shares: readonly Share[]): string {
  const line = ({ what, share }: Share) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${what}`;
  return shares.slice(0, Number(values.rows)).map(line).join('\n');
}
