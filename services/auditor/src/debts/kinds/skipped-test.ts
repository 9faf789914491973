import { stableId } from '@prunella/core';
import { executedActions, outcomeKey } from '../../outcomes/actions.ts';
import { spent } from '../../report/spent.ts';
import { causeOf } from '../cause.ts';
import type { DebtKind } from '../kind.ts';

/** A test that was put in quarantine: what it looked after, nobody looks after now. */
export const skippedTest: DebtKind<'skipped_test'> = {
  kind: 'skipped_test',
  entriesOf(events) {
    return executedActions(events).flatMap((action) => {
      const { incidentId, run, fingerprint } = action.data;
      const { type, parameters } = action.data.action;
      // Events of other publishers need not have parameters.
      const test = parameters?.['test'];
      if (type !== 'skip_test' || typeof test !== 'string') return [];
      return [
        {
          id: stableId('due', 'skipped_test', outcomeKey(action)),
          debtId: stableId('debt', 'skipped_test', run.platform, run.repository || run.pipelineId, test),
          kind: 'skipped_test',
          what: `${test} is skipped because it is flaky`,
          ...{ incidentId, platform: run.platform, repository: run.repository, pipelineId: run.pipelineId },
          ...{ fingerprint, workload: '', cause: causeOf(action), at: action.time },
          ...spent(action, events),
        },
      ];
    });
  },
};
