import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_FLAGS, UnreachableError } from '@prunella/core';
import { guard, identify, unguard } from '@prunella/embedded';

/** A service to be kept running. */
export interface ServiceSpec {
  name: string;
  /** The script that node runs. */
  main: string;
  /** `http://host:port` */
  url: string;
  env: NodeJS.ProcessEnv;
}

/** What the supervisor is told about a service. */
export interface ServiceEvents {
  line(service: string, line: string): void;
  /** It ended although nobody stopped it, and is started again after `delayMs`. */
  crashed(service: string, how: string, delayMs: number): void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
/** A service that ran for so long is healthy: the next crash is a first one again. */
const STABLE_MS = 30_000;
/** Ends before it was ever ready: so many, and it will not get better by itself. */
const HOPELESS = 4;
const GRACE_MS = 5_000;

/**
 * One service as a child process: started again with growing delays when it crashes, outside our process group (Ctrl-C
 * in a terminal does not reach it before we say so), with a pipe by which it notices that we are gone.
 */
export class Supervised {
  private child: ChildProcess | undefined;
  private readonly stopping = new AbortController();
  private life: Promise<void> | undefined;
  private wasReady = false;
  private hopeless = false;
  private lastWords = '';

  constructor(
    readonly spec: ServiceSpec,
    private readonly events: ServiceEvents,
  ) {}

  /** Starts it and keeps it running until `stop`. */
  start(): void {
    this.life ??= this.keepRunning();
  }

  /**
   * Waits until it says that it is ready.
   *
   * @throws UnreachableError with its last words when it keeps crashing, or `timeoutMs` pass.
   */
  async ready(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    const { name, url } = this.spec;
    for (;;) {
      if (this.stopping.signal.aborted) return;
      if (await isReady(url)) break;
      if (this.hopeless) throw new UnreachableError(`${name} does not start. It says: ${this.lastWords || 'nothing'}`);
      if (performance.now() > deadline) {
        throw new UnreachableError(
          `${name} is not ready after ${Math.round(timeoutMs / 1000)} s (${url}/readyz). It says: ${this.lastWords || 'nothing'}`,
        );
      }
      await sleep(100);
    }
    this.wasReady = true;
  }

  /** Asks it to end and kills it when it does not. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.child?.kill('SIGTERM');
    const killer = setTimeout(() => this.kill(), GRACE_MS);
    await this.life;
    clearTimeout(killer);
  }

  /** Ends it at once. */
  kill(): void {
    this.stopping.abort();
    this.child?.kill('SIGKILL');
  }

  private async keepRunning(): Promise<void> {
    let crashes = 0;
    while (!this.stopping.signal.aborted) {
      const started = performance.now();
      const how = await this.runOnce();
      if (this.stopping.signal.aborted) return;
      crashes = performance.now() - started > STABLE_MS ? 1 : crashes + 1;
      this.hopeless = !this.wasReady && crashes >= HOPELESS;
      if (this.hopeless) return;
      const delay = Math.min(FIRST_DELAY_MS * 2 ** (crashes - 1), LONGEST_DELAY_MS);
      this.events.crashed(this.spec.name, how, delay);
      await sleep(delay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** @returns how it ended, for people. */
  private async runOnce(): Promise<string> {
    const { name, main, env } = this.spec;
    const child = spawn(process.execPath, [...NODE_FLAGS, main], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
      env,
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (line.trim() !== '') this.lastWords = line.slice(0, 500);
        this.events.line(name, line);
      });
    }
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    const id = child.pid === undefined ? undefined : await identify(child.pid);
    if (id !== undefined) guard(id, 'SIGTERM', GRACE_MS);
    // Stopped while it was being started.
    if (this.stopping.signal.aborted) child.kill('SIGTERM');
    const how = await ended;
    if (id !== undefined) unguard(id.pid);
    return how;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
