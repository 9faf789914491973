import { BY_RUN, DURATION, type Kind, type Sensitivity } from '@prunella/baselines';
import type { PipelineFinished, PipelineStarted, Run, Series } from '@prunella/contracts';
import { stableId } from '@prunella/core';
import { type AnomalySettings, isMainBranch, looksAt } from '@prunella/policy';

/** A series, and how its values are judged. */
export interface Place {
  series: Series;
  kind: Kind;
  sensitivity: Sensitivity;
}

/** One value of a series. */
export interface Measured extends Place {
  /** In the unit of the series. */
  value: number;
  /** When it began, in ms since the epoch. */
  at: number;
  /** The same whenever the same value is told. */
  id: string;
}

type Told = PipelineStarted | PipelineFinished;

/** So many jobs of one run are looked at. */
const MOST_JOBS = 100;

/** What publishers measure besides durations, and from which difference on it may be told. */
const METRICS = {
  memory: { unit: 'share', floor: 0.001, leastMore: 0.1 },
  cpu: { unit: 'share', floor: 0.001, leastMore: 0.1 },
  error_rate: { unit: 'share', floor: 0.001, leastMore: 0.02 },
  latency_ms: { unit: 'ms', floor: 1, leastMore: 50 },
} as const;

/** The duration of what an event is about; undefined: it has none that is looked at. */
export function durationPlace(told: Told, settings: AnomalySettings): Place | undefined {
  if (told.kind !== 'run' && told.kind !== 'job') return undefined;
  return place(told, told.kind, told.name || told.pipelineId, settings);
}

/** The duration of what ended; undefined: it is not looked at, or the publisher does not say how long it took. */
export function durationOf(ended: PipelineFinished, eventId: string, settings: AnomalySettings): Measured | undefined {
  const where = durationPlace(ended, settings);
  const value = secondsOf(ended);
  if (where === undefined || value === undefined) return undefined;
  return { ...where, value, at: Date.parse(ended.startedAt ?? ''), id: measuredId(ended, eventId) };
}

/** All that can be learnt from what passed, each series once. */
export function measuredIn(passed: PipelineFinished, eventId: string, settings: AnomalySettings): Measured[] {
  const own = durationOf(passed, eventId, settings);
  const all = [own, ...jobsOf(passed, eventId, settings), ...metricsOf(passed, eventId, settings)];
  const present = all.filter((one) => one !== undefined);
  return [...new Map(present.map((one) => [one.series.id, one])).values()];
}

/** The same for whatever is told of one attempt of a run; '': its publisher names no run. */
export function attemptId({ runId, attempt }: Pick<Run, 'runId' | 'attempt'>): string {
  return runId === '' ? '' : short(stableId('att', runId, attempt));
}

function jobsOf(passed: PipelineFinished, eventId: string, settings: AnomalySettings): Measured[] {
  // A job's own event is told of by itself.
  if (passed.kind !== 'run') return [];
  return passed.jobs.slice(0, MOST_JOBS).flatMap((job) => {
    const value = secondsOf(job);
    const where = place(passed, 'job', job.name, settings);
    if (job.conclusion !== 'success' || value === undefined || where === undefined) return [];
    return [{ ...where, value, at: Date.parse(job.startedAt ?? ''), id: measuredId({ ...passed, ...job }, eventId) }];
  });
}

function metricsOf(passed: PipelineFinished, eventId: string, settings: AnomalySettings): Measured[] {
  const at = Date.parse(passed.startedAt ?? passed.finishedAt ?? '');
  if (Number.isNaN(at)) return [];
  return Object.entries(METRICS).flatMap(([name, { unit, floor, leastMore }]) => {
    const value = passed.metrics[name];
    const where = place(passed, 'metric', name, settings, { unit, floor, leastMore });
    if (value === undefined || !(value >= 0) || where === undefined) return [];
    return [{ ...where, value, at, id: measuredId(passed, eventId) }];
  });
}

function place(
  run: Told,
  kind: Series['kind'],
  name: string,
  settings: AnomalySettings,
  measure?: { unit: string; floor: number; leastMore: number },
): Place | undefined {
  if (name === '' || !looksAt(settings, run, name)) return undefined;
  const { platform, repository, pipelineId, branch } = run;
  // A metric is one of the pipeline, and of the job where a job told it.
  const of = kind === 'metric' ? `${run.kind}/${run.kind === 'job' ? run.name : ''}` : '';
  const main = isMainBranch(settings, branch) ? branch : '';
  return {
    series: {
      id: stableId('ser', platform, repository, pipelineId, main, kind, name, of),
      kind,
      name,
      unit: measure?.unit ?? 's',
    },
    kind: measure === undefined ? DURATION : { scale: 'log', floor: measure.floor, sides: 'high', memory: BY_RUN },
    sensitivity: {
      samples: settings.samples,
      ratio: settings.ratio,
      probability: settings.sensitivity,
      leastRatio: settings.leastRatio,
      leastMore: measure?.leastMore ?? settings.leastMore / 1_000,
    },
  };
}

/** Some publishers give all their runs one id: the times tell them apart. */
function measuredId(of: { runId: string; attempt: number; finishedAt?: string }, eventId: string): string {
  return short(stableId('val', of.runId, of.attempt, of.runId === '' ? eventId : (of.finishedAt ?? eventId)));
}

/** 60 bits are enough among the newest of one series. */
function short(id: string): string {
  return id.slice(4, 16);
}

/** undefined: not known, or the clocks of the publisher disagree. */
function secondsOf({ startedAt, finishedAt }: { startedAt?: string; finishedAt?: string }): number | undefined {
  if (startedAt === undefined || finishedAt === undefined) return undefined;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  return seconds > 0 ? seconds : undefined;
}
