import type { Received } from '@prunella/bus';
import type { DiagnosisMade, Excerpt, Job, PipelineFailed } from '@prunella/contracts';
import { type Clock, incidentAttributes, inSpan, iso, type JobLog, runOf } from '@prunella/core';
import {
  type Diagnosis,
  type DiagnosisDeps,
  type DiagnosisInput,
  diagnose,
  type LogText,
  type RunTests,
  touchedTests,
} from '@prunella/diagnosis';
import { redact } from '@prunella/signals';
import type { Gathered } from './gather/gather.ts';

const MOST_NAMED = 3;

export interface Deps extends DiagnosisDeps {
  /** The failure as part of the incident that it belongs to; the same again gives the same. `toldAt` in milliseconds since the epoch. */
  place(failure: PipelineFailed, toldAt: number): Promise<PipelineFailed>;
  /** Reads what the platform knows. Throws Postponed when it is worth waiting for. */
  gather(event: Received<'pipeline.failed'>): Promise<Gathered>;
  /** Resolves when it is on disk. Publishing the same id again changes nothing. */
  publish(id: string, made: DiagnosisMade): Promise<void>;
  /** What test reports say of the attempt that failed, and what could not be read of that. Never throws. */
  testsOf(failure: PipelineFailed, at: number): Promise<{ tests?: RunTests; gaps: readonly string[] }>;
  /** The files that a failure's change touches, and what could not be read of them. Never throws. */
  changesOf(failure: PipelineFailed): Promise<{ files: readonly string[]; gaps: readonly string[] }>;
  clock: Clock;
}

/** One failure, from its event to its diagnosis: place, gather, diagnose, publish. */
export async function diagnoseFailure(told: Received<'pipeline.failed'>, d: Deps): Promise<DiagnosisMade> {
  const event = await placed(told, d);
  const reported = d.testsOf(event.data, Date.parse(event.time));
  // Awaited later: nobody may leave while logs are still being fetched.
  reported.catch(() => undefined);
  const gathered = await inSpan('read logs', {}, async (span) => {
    const read = await d.gather(event);
    span.set({ 'prunella.jobs': read.jobs.length, 'prunella.gaps': read.gaps.length });
    return read;
  });
  const { tests, gaps: unread } = await reported;
  const input = { ...inputOf(event.data, gathered), ...(tests !== undefined && { tests }) };
  const diagnosis = inSpan('diagnose', {}, (span) => {
    const found = diagnose(input, { ...d, stage: (name, work) => inSpan(name, {}, work) });
    if (span.isRecorded) span.set(incidentAttributes({ ...found, incidentId: event.data.incidentId }));
    return found;
  });
  const { vetoes, gaps } = await vetoOf(event.data, diagnosis, gathered, tests, d);
  const excerpts = withAddresses(diagnosis.excerpts ?? [], gathered.jobs);
  const made = {
    ...madeOf(event.data, { ...diagnosis, vetoes, excerpts }, [...gathered.gaps, ...unread, ...gaps], d.clock),
    ...toldAs(told.data, event.data),
  };
  await d.publish(`${made.incidentId}/${event.data.attempt}/diagnosis`, made);
  return made;
}

/** With where the whole logs are. */
function withAddresses(excerpts: readonly Excerpt[], jobs: readonly JobLog[]): Excerpt[] {
  return excerpts.map((excerpt) => ({ ...excerpt, url: jobs.find(({ name }) => name === excerpt.job)?.url ?? '' }));
}

/** What others publish comes here without anybody having looked where it belongs. */
async function placed(told: Received<'pipeline.failed'>, d: Deps): Promise<Received<'pipeline.failed'>> {
  if (told.data.placed) return told;
  return { ...told, data: await d.place(told.data, Date.parse(told.time)) };
}

function toldAs({ incidentId, attempt }: PipelineFailed, event: PipelineFailed): Pick<DiagnosisMade, 'toldAs'> {
  const here = incidentId === event.incidentId && attempt === event.attempt;
  return here ? {} : { toldAs: { incidentId, attempt } };
}

/** A flaky test that the change itself touches may fail because of it: it is neither run again until it passes nor skipped. */
async function vetoOf(
  failure: PipelineFailed,
  { cause, vetoes }: Diagnosis,
  { jobs }: Gathered,
  tests: RunTests | undefined,
  d: Deps,
): Promise<{ vetoes: string[]; gaps: readonly string[] }> {
  if (cause !== 'flaky_test') return { vetoes, gaps: [] };
  const { files, gaps } = await d.changesOf(failure);
  const logs = jobs.flatMap(({ log }) => (log === undefined ? [] : [log]));
  const touched = touchedTests(files, [...logs, ...(tests?.failed ?? []).map(asLogged)]);
  if (touched.length === 0) return { vetoes, gaps };
  const named = touched.slice(0, MOST_NAMED).join(', ');
  return { vetoes: [...vetoes, redact(`touched-test: this change touches the test that failed (${named})`)], gaps };
}

/** A report names its tests where a log may not. */
function asLogged({ file, classname, name }: RunTests['failed'][number]): string {
  return `FAILED ${file} ${classname} ${name}`;
}

/** What a failure is diagnosed from. */
export function inputOf(failure: PipelineFailed, { jobs, green, metrics: measured }: Gathered): DiagnosisInput {
  const { error, metrics, conclusion } = failure;
  return {
    logs: jobs.flatMap((job) => logOf(job, green.get(job.name))),
    ...(error !== undefined && { error }),
    jobs: jobs.length > 0 ? jobs.map(jobOf) : failure.jobs,
    // What the reporter measured itself counts more.
    metrics: { ...measured, ...metrics },
    conclusion,
  };
}

function logOf(
  { name, log, firstLine, failedStep, failureReason, annotations, conclusion }: JobLog,
  green: readonly string[] | undefined,
): LogText[] {
  // without a log the platform's own words are all there is to read
  const text = log ?? failureReason ?? annotations?.join('\n');
  if (text === undefined) return [];
  return [
    {
      job: name,
      text,
      firstLine,
      conclusion,
      ...(failedStep !== undefined && { failedStep }),
      ...(failureReason !== undefined && { failureReason }),
      ...(annotations !== undefined && { annotations }),
      ...(green !== undefined && { green }),
    },
  ];
}

function jobOf({ id, name, conclusion, url = '', failedStep = '' }: JobLog): Job {
  return { id, name, conclusion, url, failedStep, runner: '' };
}

function madeOf(failure: PipelineFailed, diagnosis: Diagnosis, gaps: readonly string[], clock: Clock): DiagnosisMade {
  return {
    ...diagnosis,
    incidentId: failure.incidentId,
    run: runOf(failure),
    diagnosedAt: iso(clock.now()),
    // Evidence and explanation are redacted where they are cut out; the gaps hold what platforms answered.
    gaps: gaps.map(redact),
  };
}
