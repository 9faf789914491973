// Measures whole chains (webhook, failure, diagnosis, decision, rerun) with several replicas of every service on one NATS server and on a cluster of three:
//   npm run bench:scale -- [--replicas 1,2,3] [--nodes 1,3] [--chains 300] [--rate 8] [--seconds 8] [--traffic] [--json]
// Nothing is to be lost and no run to be started again twice, also while the server that leads the stream is killed. README.md says what the figures mean.
import { parseArgs } from 'node:util';
import { type Case, type Figures, measure } from './measure.ts';
import { written } from './report.ts';

const { values } = parseArgs({
  options: {
    replicas: { type: 'string', default: '1,2,3' },
    nodes: { type: 'string', default: '1,3' },
    chains: { type: 'string', default: '300' },
    rate: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '8' },
    traffic: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const sizes = {
  chains: Number(values.chains),
  perSecond: Number(values.rate),
  seconds: Number(values.seconds),
  traffic: values.traffic,
};
const cases: Case[] = values.nodes
  .split(',')
  .flatMap((nodes) =>
    values.replicas.split(',').map((replicas) => ({ nodes: Number(nodes) as 1 | 3, replicas: Number(replicas) })),
  );

const all: Figures[] = [];
for (const one of cases) {
  process.stderr.write(`NATS ${one.nodes}, ${one.replicas} of every service ...\n`);
  all.push(await measure(one, sizes));
}
process.stdout.write(values.json ? `${JSON.stringify(all, null, 2)}\n` : `${written(all)}\n`);
process.exitCode = all.every(({ lost, doubled }) => lost + doubled === 0) ? 0 : 1;
process.exit();
