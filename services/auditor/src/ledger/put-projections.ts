import { type IncidentWrite, putIncidents, type Transaction } from '@prunella/store';
import { unsettledActions } from '../outcomes/actions.ts';
import type { History } from './history.ts';
import { project } from './project.ts';

/** Writes what the events tell now over what they told before. @returns how many incidents are new. */
export async function putProjections(transaction: Transaction, histories: readonly History[]): Promise<number> {
  return await putIncidents(
    transaction,
    histories.map(projection).filter((write) => write !== undefined),
  );
}

function projection({ own }: History): IncidentWrite | undefined {
  const incident = project(own);
  if (incident === undefined) return undefined;
  const { id, pipelineId, repository, platform, state, outcome, cause, fingerprint, openedAt, closedAt } = incident;
  const waiting = unsettledActions(own);
  return {
    id,
    pipelineId,
    repository,
    platform,
    state,
    outcome,
    cause,
    fingerprint,
    pipelineKey: own.find((event) => event.pipelineKey !== undefined)?.pipelineKey ?? null,
    verifyingSince: waiting.map((action) => action.time).sort()[0] ?? null,
    openedAt,
    closedAt,
    search: [id, pipelineId, incident.name, repository, incident.branch, incident.headSha, incident.explanation]
      .join('\n')
      .toLowerCase(),
    document: incident,
  };
}
