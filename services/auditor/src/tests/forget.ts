import { forgetTests, lock, putVerdicts, type Store, testsById, testsWithFailuresBefore } from '@prunella/store';
import type { Judgement, Observation } from '@prunella/test-history';
import { flakinessOf, verdictOf } from './history.ts';
import { tell } from './record-tests.ts';

const AT_A_TIME = 500;

/** Forgets results of tests that are older than they are kept, and tests that are not seen any more. What that changes is told. */
export async function forgetOldTests(store: Store, { now, keptMs }: { now: number; keptMs: number }): Promise<void> {
  const before = new Date(now - keptMs);
  await store.transaction((transaction) => forgetTests(transaction, before, AT_A_TIME));
  const old = await store.read((manager) => testsWithFailuresBefore(manager, before, AT_A_TIME));
  for (const [scope, tests] of Map.groupBy(old, ({ scope }) => scope)) {
    await store.transaction(async (transaction) => {
      await lock(transaction, [scope]);
      const ids = tests.map(({ id }) => id);
      const known = await testsById<Observation, Judgement>(transaction, ids, { onlyFailed: true });
      const verdicts = known.map((test) => {
        const verdict = verdictOf(
          test,
          (test.history ?? []).filter(({ at }) => at >= before.getTime()),
        );
        return { verdict, update: flakinessOf(test, verdict.judgement, now) };
      });
      await putVerdicts(
        transaction,
        verdicts.map(({ verdict }) => verdict),
      );
      await tell(
        transaction,
        verdicts.flatMap(({ update }) => (update === undefined ? [] : [update])),
      );
    });
  }
}
