import { stableId } from '@prunella/core';
import { executedActions, outcomeKey } from '../../outcomes/actions.ts';
import { spent } from '../../report/spent.ts';
import { causeOf } from '../cause.ts';
import type { DebtKind } from '../kind.ts';

/** A workload that was given more time: what starts so slowly gets slower, and its deadline is not the one that is declared any more. */
export const timeoutRaise: DebtKind<'timeout_raise'> = {
  kind: 'timeout_raise',
  entriesOf(events) {
    return executedActions(events).flatMap((action) => {
      const { incidentId, run, fingerprint, effect } = action.data;
      if (action.data.action.type !== 'raise_timeout') return [];
      const { namespace = '', name = '' } = run.workload ?? {};
      const workload = name === '' ? '' : [namespace, name].filter(Boolean).join('/');
      // Without a workload it is the pipeline's.
      const place = name === '' ? [run.repository, run.pipelineId] : [namespace, name];
      const whose = workload || run.name || run.pipelineId;
      return [
        {
          id: stableId('due', 'timeout_raise', outcomeKey(action)),
          debtId: stableId('debt', 'timeout_raise', run.platform, ...place),
          kind: 'timeout_raise',
          what: `${whose} was given more time than is declared${effect === '' ? '' : `: ${effect}`}`,
          ...{ incidentId, platform: run.platform, repository: run.repository, pipelineId: run.pipelineId },
          ...{ fingerprint, workload, cause: causeOf(action), at: action.time },
          ...spent(action, events),
        },
      ];
    });
  },
};
