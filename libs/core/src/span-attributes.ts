import type { Conclusion, Kind, Subject } from '@prunella/contracts';
import { cicdResultOf } from './cicd.ts';
import type { Attributes } from './spans.ts';

/** Longer values are cut: names are shorter, and addresses may be anything. In UTF-16 code units. */
const LONGEST = 512;

/** What the events of all subjects say of a run, if they say it. */
interface AboutRun {
  pipelineId?: string;
  platform?: string;
  repository?: string;
  runId?: string;
  attempt?: number;
  headSha?: string;
  branch?: string;
  environment?: string;
  url?: string;
  name?: string;
  kind?: Kind;
  conclusion?: Conclusion;
}

interface AboutIncident {
  incidentId?: string;
  run?: AboutRun;
  cause?: string;
  action?: string | { type: string };
  verdict?: string;
  mode?: string;
  status?: string;
  outcome?: string;
  decidedBy?: string;
  confidence?: number;
}

/** What an event is about, in OpenTelemetry's words and ours. Only names, numbers and words of closed lists; no text of a log. */
export function eventAttributes(subject: Subject, data: object): Attributes {
  const about = data as AboutIncident;
  const run = subject.startsWith('pipeline.') ? (data as AboutRun) : about.run;
  return { ...incidentAttributes(about), ...(run !== undefined && runAttributes(run)) };
}

/** `prunella.*` of whatever is about an incident. */
export function incidentAttributes(about: AboutIncident): Attributes {
  const { incidentId, cause, action, verdict, mode, status, outcome, decidedBy, confidence } = about;
  return {
    'prunella.incident.id': told(incidentId),
    'prunella.cause': told(cause),
    'prunella.action': told(typeof action === 'object' ? action.type : action),
    'prunella.verdict': told(verdict),
    'prunella.mode': told(mode),
    'prunella.status': told(status),
    'prunella.outcome': told(outcome),
    'prunella.decided_by': told(decidedBy),
    'prunella.confidence': confidence,
  };
}

/**
 * `cicd.*`, `vcs.*` and `deployment.*` of a run, job or deployment: https://opentelemetry.io/docs/specs/semconv/registry/attributes/cicd/
 */
export function runAttributes(run: AboutRun): Attributes {
  const { pipelineId, platform, repository, runId, attempt, headSha, branch, environment, url, name, kind } = run;
  const isTask = kind === 'job' || kind === 'check';
  const result = run.conclusion === undefined ? undefined : cicdResultOf(run.conclusion);
  return {
    'cicd.pipeline.name': told(isTask ? pipelineId : name) ?? told(pipelineId),
    'cicd.pipeline.run.id': told(runId),
    'cicd.pipeline.result': isTask ? undefined : result,
    'cicd.pipeline.run.url.full': isTask ? undefined : addressOf(url),
    ...(isTask && {
      'cicd.pipeline.task.name': told(name),
      'cicd.pipeline.task.run.result': result,
      'cicd.pipeline.task.run.url.full': addressOf(url),
    }),
    'prunella.attempt': attempt,
    'prunella.platform': told(platform),
    ...vcsAttributes(repository, url),
    'vcs.ref.head.name': told(branch),
    'vcs.ref.head.revision': told(headSha),
    'deployment.environment.name': told(environment),
    ...(kind === 'deployment' && {
      'deployment.id': told(runId),
      'deployment.name': told(name),
      'deployment.status': result === 'success' ? 'succeeded' : result === 'failure' ? 'failed' : undefined,
    }),
  };
}

/** The owner is no part of the repository's name in OpenTelemetry's words. */
function vcsAttributes(repository = '', url = ''): Attributes {
  if (repository === '') return {};
  const slash = repository.lastIndexOf('/');
  const end = url.indexOf(`/${repository}/`);
  return {
    'vcs.repository.name': told(repository.slice(slash + 1)),
    'vcs.owner.name': told(slash > 0 ? repository.slice(0, slash) : ''),
    'vcs.repository.url.full': end > 0 ? addressOf(url.slice(0, end + 1 + repository.length)) : undefined,
  };
}

/** Without what stands in it for who we are, and without its query; undefined: it is no address that people could open. */
function addressOf(url: string | undefined): string | undefined {
  const parsed = URL.parse(url ?? '');
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  return told(`${parsed.origin}${parsed.pathname}`);
}

function told(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text.slice(0, LONGEST);
}
