import { hash } from 'node:crypto';
import type { PipelineFailed, PipelineFinished, PipelineStarted, Run } from '@prunella/contracts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A short id that is always the same for the same parts: 20 characters of Crockford base 32, 100 bits of SHA-256.
 * Safe in a URL, a file name and a NATS KV key.
 */
export function stableId(prefix: string, ...parts: readonly (string | number)[]): string {
  const digest = hash('sha256', JSON.stringify(parts), 'buffer');
  const id: (string | undefined)[] = [];
  for (let bit = 0; id.length < 20; bit += 5) {
    const word = ((digest[bit >> 3] ?? 0) << 8) | (digest[(bit >> 3) + 1] ?? 0);
    id.push(ALPHABET[(word >> (11 - (bit & 7))) & 31]);
  }
  return [prefix, id.join('')].join('_');
}

/** A number from 0 to 1, evenly spread, that is always the same for the same parts. */
export function stableFraction(...parts: readonly (string | number)[]): number {
  return Number.parseInt(hash('sha256', JSON.stringify(parts)).slice(0, 8), 16) / 2 ** 32;
}

type PipelineEvent = PipelineStarted | PipelineFinished | PipelineFailed;

/**
 * Puts in what a publisher may leave out, so that the inside knows only whole events: platform `generic`, kind `run`,
 * attempt 1, and the incident.
 *
 * All attempts of one run are one incident. A publisher that names no run can't say which failures are the same, so
 * each of its messages (by `eventId`) is an incident of its own; what ends it is found by the pipeline.
 */
export function completed<E extends PipelineEvent>(event: E, eventId: string): E {
  const platform = event.platform || 'generic';
  const kind = (event.kind as string) === 'kind_unspecified' ? 'run' : event.kind;
  const attempt = Math.max(event.attempt, 1);
  const incidentId = event.incidentId || incidentIdOf({ ...event, platform }, eventId);
  const conclusion =
    'conclusion' in event && (event.conclusion as string) === 'conclusion_unspecified' ? 'failure' : undefined;
  return { ...event, platform, kind, attempt, incidentId, ...(conclusion && { conclusion }) };
}

function incidentIdOf(
  run: Pick<PipelineEvent, 'platform' | 'pipelineId' | 'repository' | 'runId'>,
  eventId: string,
): string {
  // A run's id is unique on its platform and repository; the pipeline's name may be reported in more than one way.
  return run.runId === ''
    ? stableId('inc', run.platform, run.repository, run.pipelineId, 'event', eventId)
    : stableId('inc', run.platform, run.repository, run.repository === '' ? run.pipelineId : '', run.runId);
}

/** The key under which it is kept for which incident a run was begun. Safe as a NATS KV key. */
export function startedRunKey({ platform, repository, runId }: Pick<Run, 'platform' | 'repository' | 'runId'>): string {
  return stableId('run', platform, repository, runId);
}

/** The run that an event is about, as the later events carry it. */
export function runOf(event: PipelineEvent): Run {
  const { pipelineId, platform, repository, runId, attempt, headSha, branch, environment, url, name, kind, workload } =
    event;
  return {
    pipelineId,
    platform,
    repository,
    runId,
    attempt,
    headSha,
    branch,
    environment,
    url,
    name,
    kind,
    ...(workload && { workload }),
    ...('runAttempt' in event && event.runAttempt !== undefined && { runAttempt: event.runAttempt }),
  };
}

/** The platform's own number of the attempt that a run is about: `Run.attempt` counts those of its incident. */
export function platformAttempt({ attempt, runAttempt }: Pick<Run, 'attempt' | 'runAttempt'>): number {
  return runAttempt ?? attempt;
}
