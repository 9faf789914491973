import type { Received } from '@prunella/bus';
import type { Run } from '@prunella/contracts';
import type { LokiEntry } from '@prunella/metrics';
import { redact } from '@prunella/signals';

/** Loki takes lines of up to 256 KiB; nobody reads more than this of one. */
const MOST_OF_A_TEXT = 1_000;
const MOST_OF_AN_ID = 512;
const NS_PER_MS = 1_000_000n;

type Fields = Record<string, string | number | boolean | undefined>;

/** What an event tells: `msg` a sentence for people, the others for queries. */
interface Told extends Fields {
  msg: string;
}

/**
 * The line of Loki that an event becomes; undefined: it is not about healing, or its time is none. The same event always becomes the same line, so that it is
 * kept once, however often it is delivered. Secrets are taken out, and everything is bounded.
 */
export function healingLine(event: Received): LokiEntry | undefined {
  const told = tell(event);
  const ms = Date.parse(event.time);
  if (told === undefined || !(ms >= 0)) return undefined;
  const run = 'run' in event.data ? event.data.run : undefined;
  const { msg, ...more } = told;
  const incident = 'incidentId' in event.data ? event.data.incidentId : undefined;
  const traceId = event.traceparent?.split('-')[1];
  const fields: Fields = {
    ...{ time: new Date(ms).toISOString(), event: event.subject, msg: `healing: ${msg}` },
    ...{ pipeline_id: run?.pipelineId, incident_id: incident, trace_id: traceId },
    ...(run && placeOf(run)),
    ...more,
    event_id: event.id,
  };
  const line = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return {
    labels: { service: 'prunella', event: event.subject },
    // Events of the same millisecond stay in their order.
    at: BigInt(ms) * NS_PER_MS + BigInt(event.seq % Number(NS_PER_MS)),
    line: JSON.stringify(Object.fromEntries(line.map(([name, value]) => [name, bounded(name, value)]))),
    metadata: Object.fromEntries(
      line
        .filter(([name]) => name === 'pipeline_id' || name === 'incident_id' || name === 'trace_id')
        .map(([name, value]) => [name, String(bounded(name, value))]),
    ),
  };
}

function tell(event: Received): Told | undefined {
  switch (event.subject) {
    case 'diagnosis.made': {
      const { cause, confidence, decidedBy, explanation, action } = event.data;
      const msg = `diagnosed ${cause}, ${percent(confidence)} sure, ${action.type} is proposed: ${explanation}`;
      return { msg, cause, action: action.type, confidence, decided_by: decidedBy };
    }
    case 'action.scheduled': {
      const { action, dueAt, decidedBy } = event.data;
      return { msg: `${action.type} is to be done at ${dueAt}`, action: action.type, decided_by: decidedBy };
    }
    case 'action.requested': {
      const { action, decidedBy, explanation, expiresAt } = event.data;
      const until = expiresAt === undefined ? '' : ` until ${expiresAt}`;
      return {
        msg: `${action.type} needs somebody's yes${until}: ${explanation}`,
        ...{ action: action.type, decided_by: decidedBy },
      };
    }
    case 'action.approved': {
      const { action, approved, by, reason, attempt } = event.data;
      const why = reason === '' ? '' : `: ${reason}`;
      return { msg: `${by} said ${approved ? 'yes' : 'no'} to ${action}${why}`, action, approved, by, attempt };
    }
    case 'action.executed': {
      const { action, status, verdict, effect, explanation, cause, confidence, decidedBy, undoes } = event.data;
      const what = undoes === undefined ? action.type : `rollback of ${undoes}`;
      const msg = `${what} ${status.replaceAll('_', ' ')}${effect === '' ? '' : ` (${effect})`}: ${explanation}`;
      return {
        msg,
        ...{ action: action.type, status, verdict, undoes, cause, confidence, decided_by: decidedBy },
      };
    }
    case 'outcome.observed': {
      const { action, outcome, reason, decidedBy, reverses } = event.data;
      const back = reverses === '' ? '' : ', which takes a heal back';
      return { msg: `${action} was ${outcome}${back}: ${reason}`, action, outcome, decided_by: decidedBy };
    }
    case 'watch.ended': {
      const { watch, result, says } = event.data;
      return { msg: `the watch ${watch} of the deployment ended ${result}: ${says}`, watch, result };
    }
    default:
      return undefined;
  }
}

function placeOf({ platform, repository, runId, attempt, branch, environment, workload }: Run): Fields {
  const where = workload && `${workload.namespace || 'default'}/${workload.name}`;
  return { platform, repository, run_id: runId, attempt, branch, environment, workload: where };
}

function bounded(name: string, value: Fields[string]): Fields[string] {
  if (typeof value !== 'string') return value;
  const most = name === 'msg' ? MOST_OF_A_TEXT : MOST_OF_AN_ID;
  return redact(value).slice(0, most).toWellFormed();
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
