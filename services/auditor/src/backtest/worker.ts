/** Plays the past in a thread of its own, so that nothing else has to wait, and with a memory of its own, which is bounded. */
import { parentPort, workerData } from 'node:worker_threads';
import { backtest, reachOf } from '@prunella/backtest';
import { messageOf } from '@prunella/core';
import { Store } from '@prunella/store';
import { pastEvents } from './past-events.ts';
import type { Plan, Word } from './plan.ts';

const { databaseUrl, policy, against, from, to, judgeWithinMs, cases } = workerData as Plan;

function tell(word: Word): void {
  parentPort?.postMessage(word);
}

try {
  // Opening it takes two: one holds the lock of the migrations.
  const store = await Store.open({ url: databaseUrl, name: 'backtest', connections: 3 });
  try {
    // What was spent before it counts, and what became of the last ones comes after it.
    const reaches = [policy, ...(against === undefined ? [] : [against])].map((named) => reachOf(named.policy));
    const range = { from: Math.max(0, from - Math.max(...reaches)), to: to + judgeWithinMs };
    const report = await backtest(pastEvents(store, range), {
      ...{ policy, from, to, judgeWithinMs, cases },
      ...(against !== undefined && { against }),
      onProgress: (events, at) =>
        tell({
          kind: 'progress',
          events,
          share: Math.min(1, Math.max(0, (at - range.from) / (range.to - range.from))),
        }),
    });
    tell({ kind: 'done', report });
  } finally {
    await store.close();
  }
} catch (error) {
  tell({ kind: 'failed', problem: messageOf(error) });
}
