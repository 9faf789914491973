import { stableId } from '@prunella/core';
import { executedActions, outcomeKey } from '../../outcomes/actions.ts';
import { spent } from '../../report/spent.ts';
import { causeOf } from '../cause.ts';
import type { DebtKind } from '../kind.ts';

/** A container that was given more: whether it helped or not, what is declared is too little, or something leaks. */
export const resourceRaise: DebtKind<'resource_raise'> = {
  kind: 'resource_raise',
  entriesOf(events) {
    return executedActions(events).flatMap((action) => {
      const { incidentId, run, fingerprint, effect } = action.data;
      if (action.data.action.type !== 'scale_resources') return [];
      const { namespace = '', name = '', container = '' } = run.workload ?? {};
      // Without a workload it is the pipeline's.
      const place = name === '' ? [run.repository, run.pipelineId] : [namespace, name, container];
      const workload = name === '' ? '' : [namespace, name].filter(Boolean).join('/');
      const whose = workload || run.name || run.pipelineId;
      return [
        {
          id: stableId('due', 'resource_raise', outcomeKey(action)),
          debtId: stableId('debt', 'resource_raise', run.platform, ...place),
          kind: 'resource_raise',
          what: `${whose} was given more than is declared${effect === '' ? '' : `: ${effect}`}`,
          ...{ incidentId, platform: run.platform, repository: run.repository, pipelineId: run.pipelineId },
          ...{ fingerprint, workload, cause: causeOf(action), at: action.time },
          ...spent(action, events),
        },
      ];
    });
  },
};
