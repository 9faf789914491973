import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MALLOC_ENVIRONMENT, NODE_FLAGS } from '@prunella/core';
import { changedSince } from './made-of.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** Tests start the same services a few hundred times: what V8 made of their modules is kept from the first time on. Node checks that it still fits. */
const COMPILED = `${ROOT}node_modules/.cache/prunella-tests`;

/** A built service as a process of its own. */
export interface ServiceProcess {
  /** Where its HTTP side listens; changes with a restart unless the port was given. */
  readonly url: string;
  /** Of its present life, or its last one. */
  readonly pid: number;
  /** All that it printed so far, over all its lives. */
  readonly output: string;
  /** Exit code and signal of the last end; undefined while it runs. */
  readonly ended: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<void>;
  /** Starts it again with the same environment, and what `changes` adds. */
  start(changes?: Record<string, string>): Promise<void>;
}

/**
 * Starts `services/<name>/dist/bundle/main.js` (build first) with nothing but `environment`, PATH and a compile cache, and waits until it listens.
 *
 * @param root the working tree that it is of. Default: this one.
 */
export async function startServiceProcess(
  name: string,
  environment: Record<string, string>,
  root = ROOT,
): Promise<ServiceProcess> {
  const changed = changedSince(root, `services/${name}/dist/bundle`);
  if (changed !== undefined) throw new Error(`${name} is bundled from another ${changed} than there is: npm run build`);
  const service = new Process(name, environment, root);
  await service.start();
  return service;
}

class Process implements ServiceProcess {
  url = '';
  output = '';
  ended: ServiceProcess['ended'];
  private child: ChildProcess | undefined;

  constructor(
    private readonly name: string,
    private environment: Record<string, string>,
    private readonly root: string,
  ) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async start(changes: Record<string, string> = {}): Promise<void> {
    this.environment = { ...this.environment, ...changes };
    const child = fork(join(this.root, 'services', this.name, 'dist/bundle/main.js'), {
      cwd: this.root,
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: COMPILED,
        ...MALLOC_ENVIRONMENT,
        [`PORT_${this.name.toUpperCase()}`]: '0',
        ...this.environment,
      },
      execArgv: [...NODE_FLAGS],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    this.ended = undefined;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    child.on('exit', (code, signal) => {
      if (this.child === child) this.ended = { code, signal };
    });
    const ready = once(child, 'message').then(([message]) => (message as { url: string }).url);
    const gone = once(child, 'exit').then(() => {
      throw new Error(`${this.name} ended before it was ready:\n${this.output}`);
    });
    this.url = await Promise.race([ready, gone]);
    // from here on an exit is what the test does
    gone.catch(() => undefined);
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
