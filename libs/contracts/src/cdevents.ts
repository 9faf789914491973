import type { Subject } from './events.ts';
import { ContractViolation, describe } from './violation.ts';

/**
 * The parts of a CDEvent that we read. Between 0.2 and 0.5 `url` became `uri` and `version` became `specversion`;
 * both occur. Source: https://github.com/cdevents/spec
 */
export interface CdEvent {
  context: { id?: unknown; source?: unknown; type?: unknown; timestamp?: unknown };
  subject: { id?: unknown; source?: unknown; content?: unknown };
  customData?: unknown;
}

const TYPE = /^dev\.cdevents\.(pipelinerun|taskrun)\.(queued|started|finished)\.\d+\.\d+\.\d+/;

/** Says whether a JSON value is shaped like a CDEvent. */
export function isCdEvent(json: unknown): json is CdEvent {
  const event = json as CdEvent | null;
  return (
    typeof event?.context === 'object' &&
    event.context !== null &&
    typeof event.context.type === 'string' &&
    event.context.type.startsWith('dev.cdevents.') &&
    typeof event.subject === 'object' &&
    event.subject !== null
  );
}

/** What a CDEvent tells of, and how far it is; undefined: a type that says nothing about pipelines. */
export function phaseOfCdEvent(
  event: CdEvent,
): { what: 'pipelinerun' | 'taskrun'; phase: 'queued' | 'started' | 'finished' } | undefined {
  const match = TYPE.exec(String(event.context.type));
  if (match === null) return undefined;
  return { what: match[1], phase: match[2] } as ReturnType<typeof phaseOfCdEvent>;
}

/** The subject that a CDEvent belongs on; undefined: a type that says nothing about pipelines. */
export function subjectOfCdEvent(event: CdEvent): Extract<Subject, `pipeline.${string}`> | undefined {
  const told = phaseOfCdEvent(event);
  if (told === undefined) return undefined;
  return told.phase === 'finished' ? 'pipeline.finished' : 'pipeline.started';
}

/**
 * Converts `pipelinerun` and `taskrun` events, versions 0.2 to 0.5, to the data of our pipeline events.
 * A taskrun that belongs to a pipelinerun is a job of it; one that stands alone is a run of its own.
 *
 * @throws ContractViolation when the type is another one or the subject has no id.
 */
export function dataOfCdEvent(event: CdEvent): Record<string, unknown> {
  const type = String(event.context.type);
  const match = TYPE.exec(type);
  if (match === null) {
    throw new ContractViolation(
      'context.type',
      'dev.cdevents.pipelinerun.* or dev.cdevents.taskrun.* (queued, started, finished)',
      describe(event.context.type),
    );
  }
  const [, what, phase] = match;
  const runId = text(event.subject.id);
  if (runId === undefined) throw new ContractViolation('subject.id', 'a non-empty string', describe(event.subject.id));
  const content = object(event.subject.content);
  const parentRun = text(object(content['pipelineRun'])['id']);
  const name = text(content[what === 'pipelinerun' ? 'pipelineName' : 'taskName']);
  const isJob = what === 'taskrun' && parentRun !== undefined;
  const time = text(event.context.timestamp);
  return {
    pipelineId: name ?? runId,
    name: name ?? '',
    platform: 'generic',
    runId: isJob ? parentRun : runId,
    kind: isJob ? 'job' : 'run',
    url: text(content['uri']) ?? text(content['url']) ?? '',
    ...(phase === 'finished' ? ending(content, time) : time !== undefined && { startedAt: time }),
  };
}

function ending(content: Record<string, unknown>, time: string | undefined): Record<string, unknown> {
  const errors = text(content['errors']);
  return {
    conclusion: conclusionOf(content['outcome'], errors),
    ...(errors !== undefined && { error: { message: errors } }),
    ...(time !== undefined && { finishedAt: time }),
  };
}

/** `outcome` is optional in CDEvents; without it, `errors` is all there is to go by. */
function conclusionOf(outcome: unknown, errors: string | undefined): string {
  switch (outcome) {
    case 'success':
      return 'success';
    case 'failure':
    case 'error':
      return 'failure';
    case 'cancel':
      return 'cancelled';
    case undefined:
      return errors === undefined ? 'neutral' : 'failure';
    default:
      throw new ContractViolation('subject.content.outcome', 'success, failure, error or cancel', describe(outcome));
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
