import { ProviderError } from '@prunella/core';

/** A build of a job. */
export interface BuildId {
  /** As in the job's address without `/job/`, escapes included: `folder/app/main`, `app/feature%252Fx`. */
  job: string;
  /** Counts from 1 in each job. */
  number: number;
}

/** What stands between two slashes in an address. */
const SEGMENT = /^(?:[\w.~!$&'()*+,;=:@-]|%[\dA-Fa-f]{2})+$/;

/** `folder/app/main#12`, as in `Run.runId`. */
export function printRunId({ job, number }: BuildId): string {
  return `${job}#${number}`;
}

/** Reads `Run.runId`. Throws ProviderError (refused) when it is none of Jenkins. */
export function parseRunId(runId: string): BuildId {
  const at = runId.lastIndexOf('#');
  const job = runId.slice(0, Math.max(at, 0));
  const number = buildNumber(runId.slice(at + 1));
  if (at < 0 || number === undefined || !isJobPath(job)) {
    throw refused(`expected a build "folder/job#12", the job as in its address without "/job/", found "${cut(runId)}"`);
  }
  return { job, number };
}

/** The job's path below Jenkins' own address: `job/folder/job/app`. Throws ProviderError (refused) when it is no path of a job. */
export function jobAddress(job: string): string {
  if (!isJobPath(job)) {
    throw refused(
      `expected a job as in its address without "/job/", e.g. "folder/app" or "my%20app", found "${cut(job)}"`,
    );
  }
  return job
    .split('/')
    .map((name) => `job/${name}`)
    .join('/');
}

export function buildAddress({ job, number }: BuildId): string {
  return `${jobAddress(job)}/${number}`;
}

/** The job that an address is of, whatever Jenkins' own address is and whatever of the job it shows; undefined: of none. */
export function jobOfUrl(url: string): string | undefined {
  return readUrl(url)?.job;
}

/** The build that an address is of; undefined: of none. */
export function buildOfUrl(url: string): BuildId | undefined {
  const { job, rest } = readUrl(url) ?? {};
  const number = buildNumber(rest?.[0] ?? '');
  return job === undefined || number === undefined ? undefined : { job, number };
}

/** A job's full name as Jenkins shows it, with its address' escapes undone: `app/feature%2Fx`. */
export function fullNameOf(job: string): string {
  return job
    .split('/')
    .map((name) => decoded(name) ?? name)
    .join('/');
}

function readUrl(url: string): { job: string; rest: string[] } | undefined {
  const path = URL.parse(url)?.pathname ?? '';
  const from = path.indexOf('/job/');
  if (from < 0) return undefined;
  const segments = path.slice(from + 1).split('/');
  const names: string[] = [];
  while (segments[0] === 'job' && segments.length > 1) names.push(segments.splice(0, 2)[1] ?? '');
  const job = names.join('/');
  return isJobPath(job) ? { job, rest: segments } : undefined;
}

function isJobPath(job: string): boolean {
  return job.split('/').every((name) => SEGMENT.test(name) && !isDots(decoded(name)));
}

/** `.` and `..` would lead somewhere else; undefined: escapes that are no text. */
function isDots(name: string | undefined): boolean {
  return name === undefined || name === '.' || name === '..';
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

function buildNumber(text: string): number | undefined {
  const number = Number(text);
  return /^[1-9]\d*$/.test(text) && Number.isSafeInteger(number) ? number : undefined;
}

function cut(text: string): string {
  return text.slice(0, 80);
}

function refused(detail: string): ProviderError {
  return new ProviderError('jenkins', 'refused', detail);
}
