import { messageOf, ProviderError } from '@prunella/core';
import { BadLogQuery, type Loki } from '@prunella/metrics';
import { logQuery, type Policy } from '@prunella/policy';
import { redact } from '@prunella/signals';
import { type ActionPlace, type EventRecord, failuresNear, type Store } from '@prunella/store';
import type { Correlation, IncidentCorrelation } from '../api/answers/correlation.ts';
import { attemptOf } from '../ledger/causal.ts';
import { executedActions } from '../outcomes/actions.ts';
import { correlationOf, MOST_NEAR, WITHIN_MS } from './correlation.ts';
import { workloadOf } from './healings.ts';

/** An incident has few actions; one that somebody else tells may have many. */
const MOST_ACTIONS = 20;
const MOST_LINES = 50;
/** A whole line of ours, unless everything in it is as long as it may be. */
const MOST_OF_A_LINE = 2_000;
/** Of all that one page asks of Loki. */
const PATIENCE_MS = 5_000;

/** What came before and after each action of an incident. */
export async function correlationsOf(store: Store, events: readonly EventRecord[]): Promise<Correlation[]> {
  const actions = executedActions(events).slice(-MOST_ACTIONS);
  return await Promise.all(
    actions.map(async (action) => {
      const place = placeOf(action);
      const near = { at: new Date(action.time), withinMs: WITHIN_MS, limit: MOST_NEAR + 1 };
      const found = await store.read((manager) => failuresNear(manager, place, near));
      const what = { attempt: attemptOf(action), action: action.data.action.type, at: action.time };
      return correlationOf(what, place, found);
    }),
  );
}

type WithLogs = IncidentCorrelation['actions'][number];

/** The same with what Loki has of that time. What can't be read is said. @param loki undefined: none is configured. */
export async function correlationsWithLogs(
  store: Store,
  events: readonly EventRecord[],
  loki: Pick<Loki, 'lines'> | undefined,
  logs: Policy['reports']['logs'],
): Promise<WithLogs[]> {
  const actions = executedActions(events).slice(-MOST_ACTIONS);
  const correlations = await correlationsOf(store, events);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return await Promise.all(
    correlations.map(async (correlation, n): Promise<WithLogs> => {
      const action = actions[n];
      if (loki === undefined || action === undefined) {
        return { ...correlation, logs: [], healing: [], gaps: ['LOKI_URL is not set'] };
      }
      const gaps: string[] = [];
      const around = async (template: string, values: Record<string, string>) => {
        try {
          return await linesAround(loki, template, values, Date.parse(action.time), signal);
        } catch (error) {
          if (!(error instanceof ProviderError || error instanceof BadLogQuery || error instanceof CantAsk))
            throw error;
          gaps.push(redact(messageOf(error)));
          return [];
        }
      };
      const { namespace = '', name = '' } = action.data.run.workload ?? {};
      // A run of a pipeline has no workload: there is nothing to ask for, which is no gap.
      const lines = name === '' ? [] : await around(logs.workload, { namespace, name });
      const healing = await around(logs.pipeline, { pipeline: action.data.run.pipelineId });
      return { ...correlation, logs: lines, healing, gaps };
    }),
  );
}

/** A query that can't be asked about this one. */
class CantAsk extends Error {}

async function linesAround(
  loki: Pick<Loki, 'lines'>,
  template: string,
  values: Record<string, string>,
  at: number,
  signal: AbortSignal,
): Promise<{ at: string; text: string }[]> {
  const asked = logQuery(template, values);
  if ('why' in asked) throw new CantAsk(`loki: ${asked.why}`);
  const range = { from: at - WITHIN_MS, to: at + WITHIN_MS, limit: MOST_LINES };
  const { lines } = await loki.lines(asked.query, range, signal);
  return lines.map((line) => ({ at: line.at, text: redact(line.text).slice(0, MOST_OF_A_LINE).toWellFormed() }));
}

function placeOf({ data: { incidentId, run } }: EventRecord<'action.executed'>): ActionPlace {
  const { platform, pipelineId, repository, environment } = run;
  return { incidentId, platform, pipelineId, repository, environment, workload: workloadOf(run) };
}
