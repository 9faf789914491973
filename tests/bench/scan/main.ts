// Measures how fast rules are looked for in logs, and how much memory that takes:
//   npm run bench:scan -- [--data DIR] [--json] [--quick]
// DIR: a folder with logs, `.log` or `.txt`, gzipped or not, at any depth; they are put together, and repeated where they
// are too few. Without it the log is made up. What the machine does beside changes the figures by clock (workers) only.
import { parseArgs } from 'node:util';
import { logsIn } from './corpus.ts';
import { measureScan, printScan } from './measure.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, json: { type: 'boolean' }, quick: { type: 'boolean' } },
});
const logs = logsIn(values.data);
if (logs.length === 0) {
  process.stderr.write(`bench:scan: expected logs (.log, .txt, gzipped or not) in ${values.data}, found none\n`);
  process.exitCode = 2;
} else {
  const figures = await measureScan(logs, { quick: values.quick ?? false });
  if (values.json) process.stdout.write(`${JSON.stringify({ data: values.data ?? 'made up', ...figures }, null, 2)}\n`);
  else process.stdout.write(`${printScan(figures).join('\n')}\n`);
}
