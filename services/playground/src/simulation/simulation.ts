import type { Conclusion } from '@prunella/contracts';
import { type Clock, type Random, seededRandom } from '@prunella/core';
import { between, hex } from './chance.ts';
import { jobLog } from './job-log.ts';
import type { Breakdown, Scenario } from './scenario.ts';

/** A job of an attempt. */
export interface SimulatedJob {
  id: string;
  name: string;
  /** undefined: not finished. */
  conclusion: Conclusion | undefined;
  /** First step that failed. */
  failedStep: string | undefined;
}

/** One attempt of a run; times in milliseconds since the epoch. */
export interface SimulatedAttempt {
  /** Counts from 1. */
  number: number;
  status: 'queued' | 'in_progress' | 'completed';
  /** undefined: not finished. */
  conclusion: Conclusion | undefined;
  startsAt: number;
  endsAt: number;
  breakdown: Breakdown | undefined;
  jobs: SimulatedJob[];
}

/** A run with all its attempts, the newest one last. */
export interface SimulatedRun {
  id: string;
  scenario: Scenario;
  /** `playground/shop/ci` */
  pipelineId: string;
  branch: string;
  headSha: string;
  attempts: [SimulatedAttempt, ...SimulatedAttempt[]];
}

/** What happened to the newest attempt of a run. */
export interface SimulatedEvent {
  kind: 'started' | 'finished';
  run: SimulatedRun;
  attempt: SimulatedAttempt;
}

/** What became of the wish for a rerun. */
export type Rerun =
  | { attempt: number }
  | { refused: 'unknown-run' | 'not-the-newest' | 'in-progress' | 'nothing-failed' };

export interface SimulationOptions {
  clock: Clock;
  random: Random;
  /** Begins each run's id; another one at each start, so that an id never comes back. */
  prefix: string;
  /** Runs that are kept; older ones are forgotten. Default 500. */
  keep?: number;
}

/** How long an attempt waits for a runner, in milliseconds. */
const QUEUE_MS = 200;

/** A CI platform that only pretends: runs go from queued to completed as time passes, and fail as their scenario says. */
export class Simulation {
  private readonly byId = new Map<string, SimulatedRun>();
  private started = 0;

  constructor(private readonly options: SimulationOptions) {}

  /** Queues a new run. */
  start(scenario: Scenario): SimulatedRun {
    const { random, prefix, keep = 500 } = this.options;
    this.started += 1;
    const id = `${prefix}-${this.started}`;
    const run: SimulatedRun = {
      id,
      scenario,
      pipelineId: `${scenario.repository}/${scenario.workflow}`,
      branch: `change-${this.started}`,
      headSha: hex(random, 40),
      attempts: [this.attempt(id, scenario, 1)],
    };
    this.byId.set(id, run);
    for (const old of this.byId.keys()) {
      if (this.byId.size <= keep) break;
      this.byId.delete(old);
    }
    return run;
  }

  /**
   * Queues the next attempt of a run.
   *
   * @param attempt the one that is to be repeated: two wishes for the same one lead to one rerun.
   */
  rerun(runId: string, attempt: number): Rerun {
    const run = this.byId.get(runId);
    if (run === undefined) return { refused: 'unknown-run' };
    const newest = newestAttempt(run);
    if (newest.number !== attempt) return { refused: 'not-the-newest' };
    if (newest.status !== 'completed') return { refused: 'in-progress' };
    if (newest.conclusion === 'success') return { refused: 'nothing-failed' };
    const next = this.attempt(run.id, run.scenario, attempt + 1);
    run.attempts.push(next);
    return { attempt: next.number };
  }

  /** Lets the time that has passed take its effect. @returns what happened since the last call, in order. */
  advance(): SimulatedEvent[] {
    const now = this.options.clock.now();
    return [...this.byId.values()].flatMap((run) => advanceRun(run, now)).sort((a, b) => timeOf(a) - timeOf(b));
  }

  /** The newest first. */
  runs(): SimulatedRun[] {
    return [...this.byId.values()].reverse();
  }

  /** undefined: never there, or forgotten. */
  run(id: string): SimulatedRun | undefined {
    return this.byId.get(id);
  }

  /** The log of a finished job; undefined: no such job, or it has not finished. */
  log(jobId: string): string | undefined {
    const [runId = '', number = '', index = ''] = jobId.split('.');
    const run = this.byId.get(runId);
    const attempt = run?.attempts[Number(number) - 1];
    const job = attempt?.jobs[Number(index)];
    if (run === undefined || attempt === undefined || job?.conclusion === undefined || job.id !== jobId)
      return undefined;
    const facts = {
      repository: run.scenario.repository,
      branch: run.branch,
      headSha: run.headSha,
      job: job.name,
      startedAt: attempt.startsAt,
      breakdown: job.conclusion === 'success' ? undefined : attempt.breakdown,
    };
    // The log is written when it is read, and is the same each time.
    return jobLog(facts, seededRandom(Number.parseInt(run.headSha.slice(0, 7), 16) + attempt.number));
  }

  private attempt(runId: string, scenario: Scenario, number: number): SimulatedAttempt {
    const { clock, random } = this.options;
    const startsAt = clock.now() + QUEUE_MS;
    return {
      number,
      status: 'queued',
      conclusion: undefined,
      startsAt,
      endsAt: startsAt + between(random, ...scenario.duration),
      breakdown: scenario.breakdown(number),
      jobs: scenario.jobs.map((name, index) => ({
        id: `${runId}.${number}.${index}`,
        name,
        conclusion: undefined,
        failedStep: undefined,
      })),
    };
  }
}

/** The last attempt of a run. */
export function newestAttempt(run: SimulatedRun): SimulatedAttempt {
  return run.attempts.at(-1) ?? run.attempts[0];
}

function timeOf({ kind, attempt }: SimulatedEvent): number {
  return kind === 'started' ? attempt.startsAt : attempt.endsAt;
}

function advanceRun(run: SimulatedRun, now: number): SimulatedEvent[] {
  const attempt = newestAttempt(run);
  const events: SimulatedEvent[] = [];
  if (attempt.status === 'queued' && attempt.startsAt <= now) {
    attempt.status = 'in_progress';
    events.push({ kind: 'started', run, attempt });
  }
  if (attempt.status === 'in_progress' && attempt.endsAt <= now) {
    finish(attempt);
    events.push({ kind: 'finished', run, attempt });
  }
  return events;
}

function finish(attempt: SimulatedAttempt): void {
  const { breakdown } = attempt;
  attempt.status = 'completed';
  attempt.conclusion = breakdown === undefined ? 'success' : (breakdown.conclusion ?? 'failure');
  for (const job of attempt.jobs) {
    const failed = job.name === breakdown?.job;
    job.conclusion = failed ? attempt.conclusion : 'success';
    job.failedStep = failed ? breakdown?.step : undefined;
  }
}
