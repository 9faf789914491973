import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A receiver that runs in a process of its own. */
export interface Receiver {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts the least that can be done, see floor-server.ts. */
export async function startFloor(environment: Record<string, string>): Promise<Receiver> {
  const child = fork(fileURLToPath(new URL('floor-server.ts', import.meta.url)), {
    env: { PATH: process.env['PATH'], ...environment },
  });
  const gone = once(child, 'exit');
  const [{ url }] = (await Promise.race([
    once(child, 'message'),
    gone.then(() => Promise.reject(new Error('the floor ended before it was ready'))),
  ])) as [{ url: string }];
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
