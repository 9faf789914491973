import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** MB by the clock that so many threads scan in a second: a number of files, each by the next thread that is free. */
export async function measureWorkers(
  count: number,
  files: readonly string[],
  workerData: { rules: number; warmUp: string },
): Promise<number> {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('dist/scan-worker.js', import.meta.url), { workerData }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const waiting = [...files];
  let bytes = 0;
  const start = performance.now();
  await Promise.all(
    workers.map(async (worker) => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        worker.postMessage(file);
        const [size] = (await once(worker, 'message')) as [number];
        bytes += size;
      }
    }),
  );
  const spentMs = performance.now() - start;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return bytes / spentMs / 1_000;
}
