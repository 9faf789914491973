/** The fake of GitHub as a process of its own: `node main.js [--port N]`. Prints its address in one line and runs until it is told to stop. */
import { parseArgs } from 'node:util';
import { FakeGitHub } from './fake-github.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const fake = await FakeGitHub.start({ port: Number(values.port) });
process.stdout.write(`${fake.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fake.stop());
