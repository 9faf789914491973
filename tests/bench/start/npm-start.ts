import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keptPort } from '@prunella/testing';
import { SERVICES } from '../../support/replicas.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const READY_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 20;
const PORTS = ['NATS', 'POSTGRES', 'PLAYGROUND', ...SERVICES.map((name) => name.toUpperCase())];

/** Runs `npm start` on this checkout until all services are ready, and stops it. @param home of its state. @returns ms from its start to the last 200 of `/readyz`. */
export async function startOnce(home: string): Promise<number> {
  const ports = Object.fromEntries(
    await Promise.all(PORTS.map(async (name) => [`PORT_${name}`, String(await keptPort())])),
  ) as Record<string, string>;
  const begun = performance.now();
  const child = spawn('npm', ['start', '--', '--no-open'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PRUNELLA_HOME: home, ...ports },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    const urls = SERVICES.map((name) => `http://127.0.0.1:${ports[`PORT_${name.toUpperCase()}`]}/readyz`);
    await Promise.all(urls.map((url) => untilReady(url, child, () => output)));
    return performance.now() - begun;
  } finally {
    await stopped(child);
  }
}

/** Resolves as soon as it answers 200. @throws Error with what was printed, when the process ended or it takes too long. */
export async function untilReady(
  url: string,
  child: Pick<ChildProcess, 'exitCode'>,
  output: () => string,
): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    if (child.exitCode !== null || performance.now() > end)
      throw new Error(
        `expected ${url} to answer 200 within ${READY_WITHIN_MS} ms, found ${answer?.status}:\n${output()}`,
      );
    await sleep(LOOK_EVERY_MS);
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  await gone;
}
