import { stableId } from '@prunella/core';
import { executedActions, firstOutcomes, outcomeKey } from '../../outcomes/actions.ts';
import { rerunActions } from '../../outcomes/proof.ts';
import { spent } from '../../report/spent.ts';
import { causeOf } from '../cause.ts';
import type { DebtKind } from '../kind.ts';

/** A failure that passed when it was run again: it waits to come back. That it came back soon takes nothing off. */
export const retryPass: DebtKind<'retry_pass'> = {
  kind: 'retry_pass',
  entriesOf(events) {
    const healed = new Map(firstOutcomes(events).map((outcome) => [outcomeKey(outcome), outcome]));
    return executedActions(events).flatMap((action) => {
      const { incidentId, run, fingerprint, decidedBy } = action.data;
      const outcome = healed.get(outcomeKey(action));
      if (outcome?.data.outcome !== 'healed' || fingerprint === '') return [];
      if (!rerunActions.includes(action.data.action.type)) return [];
      const cause = causeOf(action);
      return [
        {
          id: stableId('due', 'retry_pass', outcomeKey(action)),
          debtId: stableId('debt', 'retry_pass', run.platform, run.repository, run.pipelineId, fingerprint),
          kind: 'retry_pass',
          what: `${run.name || run.pipelineId} fails with ${cause} and passes when it is run again (${decidedBy})`,
          ...{ incidentId, platform: run.platform, repository: run.repository, pipelineId: run.pipelineId },
          ...{ fingerprint, workload: '', cause, at: outcome.data.provenAt ?? outcome.time },
          ...spent(action, events),
        },
      ];
    });
  },
};
