import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isRunning, type ProcessId } from './process-table.ts';
import { claimHome, recordRun, stopLeftover } from './run-record.ts';

let home: string;
const children: ChildProcess[] = [];

async function idle(script = 'setInterval(() => {}, 1000); console.log("ready")'): Promise<ProcessId> {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const id = await identify(child.pid as number);
  if (id === undefined) throw new Error('the child is gone');
  return id;
}

async function writeRecord(name: string, record: unknown): Promise<void> {
  await recordRun(home, name, process.pid);
  await writeFile(join(home, 'run', `${name}.json`), typeof record === 'string' ? record : JSON.stringify(record));
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'prunella-run-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

describe('stopLeftover', () => {
  it.each(['setInterval(() => {}, 1000)', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'])(
    'stops what a dead owner left running: %s',
    async (script) => {
      const leftover = await idle(`${script}; console.log("ready")`);
      await recordRun(home, 'nats', leftover.pid);
      await stopLeftover(home, 'nats', 'SIGTERM');
      expect(await isRunning(leftover)).toBe(false);
      expect(await readdir(join(home, 'run'))).toEqual([]);
    },
  );

  it('leaves a process alone that only has got the same pid', async () => {
    const stranger = await idle();
    await writeRecord('nats', { process: { ...stranger, started: '1' }, owner: { pid: 1, started: '1' } });
    await stopLeftover(home, 'nats', 'SIGTERM');
    expect(await isRunning(stranger)).toBe(true);
  });

  it('refuses when the owner still runs', async () => {
    const [server, owner] = [await idle(), await idle()];
    await writeRecord('nats', { process: server, owner });
    await expect(stopLeftover(home, 'nats', 'SIGTERM')).rejects.toThrow(`in use by process ${owner.pid}`);
    expect(await isRunning(server)).toBe(true);
  });

  it.each(['', '{"process":', 'null', '{"process":{"pid":"1"},"owner":{}}'])(
    'passes over a broken record: %s',
    async (text) => {
      await writeRecord('nats', text);
      await expect(stopLeftover(home, 'nats', 'SIGTERM')).resolves.toBeUndefined();
    },
  );
});

describe('claimHome', () => {
  it('is refused while another process has it, and free again when that one is gone', async () => {
    const other = await idle();
    await writeRecord('up', { process: other, owner: other });
    await expect(claimHome(home)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(`process ${other.pid}`),
    });
    process.kill(other.pid, 'SIGKILL');
    while (await isRunning(other)) await new Promise((resolve) => setTimeout(resolve, 10));
    const release = await claimHome(home);
    expect(JSON.parse(await readFile(join(home, 'run', 'up.json'), 'utf8'))).toMatchObject({
      owner: { pid: process.pid },
    });
    await release();
    expect(await readdir(join(home, 'run'))).toEqual([]);
  });
});
