import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UnreachableError } from '@prunella/core';
import { identify, type ProcessId } from './process-table.ts';
import { forgetRun, recordRun } from './run-record.ts';
import { guard, unguard } from './watchdog.ts';

/** How a server is started. */
export interface ServerCommand {
  /** `nats` or `postgres`: the name of its record and of its log. */
  name: string;
  home: string;
  program: string;
  args: readonly string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Whom it runs as; undefined: as we do. */
  account?: { uid: number; gid: number } | undefined;
  /** Asks it to end in good order. */
  stopSignal: NodeJS.Signals;
  /** How long that may take, in milliseconds, before it is killed. */
  graceMs: number;
}

/**
 * A server that runs for this process: outside its process group (Ctrl-C in a terminal does not reach it before the
 * services are done with it), with its output in `PRUNELLA_HOME/logs`, and gone when this process is gone.
 */
export class ServerProcess {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  private hasEnded = false;
  private spawnError: Error | undefined;

  private constructor(
    private readonly command: ServerCommand,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => {
      const end = (error?: Error): void => {
        this.spawnError ??= error;
        this.hasEnded = true;
        if (child.pid !== undefined) unguard(child.pid);
        resolve();
      };
      child.once('exit', () => end());
      child.once('error', end);
    });
  }

  /** Starts it; whether it works is for `ready` to say. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    mkdirSync(join(command.home, 'logs'), { recursive: true });
    const log = openSync(logFile(command), 'w');
    const child = spawn(command.program, command.args, {
      stdio: ['ignore', log, log],
      detached: true,
      env: command.env ?? process.env,
      ...(command.cwd !== undefined && { cwd: command.cwd }),
      ...command.account,
    });
    const server = new ServerProcess(command, child);
    closeSync(log);
    const id: ProcessId | undefined = child.pid === undefined ? undefined : await identify(child.pid);
    if (id !== undefined && !server.hasEnded) {
      guard(id, command.stopSignal, command.graceMs);
      await recordRun(command.home, command.name, id.pid);
    }
    return server;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return !this.hasEnded;
  }

  /**
   * Waits until `probe` stops throwing.
   *
   * @throws UnreachableError with the end of the server's log when it ends, or `timeoutMs` pass. It is stopped then.
   */
  async ready(probe: () => Promise<void>, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    let last: unknown;
    while (this.running && performance.now() < deadline && signal?.aborted !== true) {
      try {
        await probe();
        return;
      } catch (error) {
        last = error;
        await Promise.race([sleep(50), this.ended]);
      }
    }
    const why = this.running ? `did not answer: ${messageOf(last)}` : 'ended right after its start';
    const found = this.spawnError ? messageOf(this.spawnError) : await this.lastLines();
    await this.stop();
    signal?.throwIfAborted();
    throw new UnreachableError(`${this.command.name} ${why}; ${logFile(this.command)} ends with: ${found}`);
  }

  /** Stops it in good order, and kills it when that takes too long. Resolves when it is gone; again: does nothing. */
  async stop(): Promise<void> {
    await this.end(this.command.stopSignal);
  }

  /** Kills it as a crash would. Resolves when it is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.running) this.child.kill(signal);
    const grace = setTimeout(() => this.child.kill('SIGKILL'), this.command.graceMs);
    await this.ended;
    clearTimeout(grace);
    await forgetRun(this.command.home, this.command.name);
  }

  private async lastLines(): Promise<string> {
    const text = await readFile(logFile(this.command), 'utf8').catch(() => '');
    return text.trim().split('\n').slice(-5).join(' | ') || '(nothing)';
  }
}

function logFile(command: ServerCommand): string {
  return join(command.home, 'logs', `${command.name}.log`);
}
