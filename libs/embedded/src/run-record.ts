import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@prunella/core';
import { identify, isRunning, type ProcessId, stopProcess } from './process-table.ts';

/** What `PRUNELLA_HOME/run/<name>.json` holds: a process that was started, and for whom. */
interface RunRecord {
  process: ProcessId;
  owner: ProcessId;
}

/**
 * Writes down that `pid` runs for this process, so that the next start can stop it should this process be killed.
 * Does nothing when the process has ended already.
 */
export async function recordRun(home: string, name: string, pid: number): Promise<void> {
  const [started, owner] = await Promise.all([identify(pid), identify(process.pid)]);
  if (started === undefined || owner === undefined) return;
  const file = await fileOf(home, name);
  await writeFile(`${file}.new`, JSON.stringify({ process: started, owner } satisfies RunRecord));
  await rename(`${file}.new`, file);
}

/** Removes the record again. */
export async function forgetRun(home: string, name: string): Promise<void> {
  await rm(await fileOf(home, name), { force: true });
}

/**
 * Stops what an earlier process, killed since, left running under this name.
 *
 * @throws ConfigError when its owner still runs: then it is in use, and nobody's left-over.
 */
export async function stopLeftover(home: string, name: string, signal: NodeJS.Signals): Promise<void> {
  const record = await readRecord(await fileOf(home, name));
  if (record === undefined) return;
  if (await isRunning(record.process)) {
    if (record.owner.pid !== process.pid && (await isRunning(record.owner))) {
      throw new ConfigError(
        `${name} of ${home} is in use by process ${record.owner.pid}: stop that one, or set PRUNELLA_HOME to another folder`,
      );
    }
    await stopProcess(record.process, signal, 5_000);
  }
  await forgetRun(home, name);
}

/**
 * Claims a home for this process. The claim ends with the process, however it ends.
 *
 * @returns a function that gives the home back.
 * @throws ConfigError naming the process that has it.
 */
export async function claimHome(home: string): Promise<() => Promise<void>> {
  const name = 'up';
  const record = await readRecord(await fileOf(home, name));
  if (record !== undefined && record.owner.pid !== process.pid && (await isRunning(record.owner))) {
    throw new ConfigError(
      `Prunella already runs here: process ${record.owner.pid} uses ${home}. Stop it (Ctrl-C, or kill ${record.owner.pid}), or set PRUNELLA_HOME to another folder`,
    );
  }
  await recordRun(home, name, process.pid);
  return () => forgetRun(home, name);
}

async function fileOf(home: string, name: string): Promise<string> {
  const folder = join(home, 'run');
  await mkdir(folder, { recursive: true });
  return join(folder, `${name}.json`);
}

async function readRecord(file: string): Promise<RunRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as Partial<RunRecord>;
    return isProcessId(record.process) && isProcessId(record.owner) ? (record as RunRecord) : undefined;
  } catch {
    // Missing, or cut short by a crash: there is nothing to go by.
    return undefined;
  }
}

function isProcessId(value: Partial<ProcessId> | undefined): boolean {
  return typeof value?.pid === 'number' && typeof value.started === 'string';
}
