import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  type MessageEvent,
  Param,
  Post,
  Query as QueryParameters,
  Body as RequestBody,
  Sse,
} from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiResponse } from '@nestjs/swagger';
import { type NamedPolicy, pastSubjects } from '@prunella/backtest';
import { Duration, formatDuration, iso, systemClock } from '@prunella/core';
import { PolicyError, parsePolicy } from '@prunella/policy';
import { badRequest, ProblemException, parseInput } from '@prunella/service-kit';
import { type HistoryPosition, history, Store } from '@prunella/store';
import { distinctUntilChanged, exhaustMap, map, type Observable, takeWhile, timer } from 'rxjs';
import { z } from 'zod';
import { AuditorPolicy } from '../auditor-policy.ts';
import { type Job, Jobs } from '../backtest/jobs.ts';
import { withoutSecrets } from '../policy/without-secrets.ts';
import type { BacktestEvents, BacktestJob, BacktestList } from './answers/backtests.ts';
import { Answers, Body, Query } from './openapi.ts';
import { PolicyText } from './policy.controller.ts';
import { parseQuery, Text, Time } from './query.ts';

const DAY_MS = 86_400_000;
const USUAL_RANGE_MS = 30 * DAY_MS;
const LONGEST_RANGE_MS = 366 * DAY_MS;
const CURRENT = 'current';
/** So often those who follow one are told how far it is. */
const TOLD_EVERY_MS = 500;

const Place = z.tuple([z.iso.datetime({ offset: true }), z.string().min(1).max(128)]);
const HistoryCursor = z.string().transform((text, context): HistoryPosition => {
  try {
    const [time, id] = Place.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (!id.includes('\0')) return { time, id };
  } catch {
    // Reported below, together with what is JSON and yet no cursor.
  }
  context.addIssue({ code: 'custom', message: 'expected the nextCursor of an earlier page' });
  return z.NEVER;
});

const EventsQuery = z.object({
  from: Time.describe('Events at or after this time.'),
  to: Time.describe('Events before this time.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(500).describe('Most events on a page.'),
  cursor: HistoryCursor.optional().describe('`nextCursor` of the page before.'),
});

const Wish = z.strictObject({
  policy: PolicyText.describe('The policy to try: a whole prunella.yaml.'),
  against: PolicyText.optional().describe(
    `Another one to compare it with, or \`${CURRENT}\`: the one in force. Absent: none.`,
  ),
  from: Time.optional().describe('Failures at or after this time. Default: 30 days before `to`.'),
  to: Time.optional().describe('Failures before this time. Default: now.'),
  judgeWithin: z.string().default('1d').describe('For so long after a failure a rerun says something about it.'),
  cases: z.int().min(0).max(1_000).default(200).describe('Most cases in a list of the report.'),
});

/** What a policy would have done about the failures of the past. */
@Controller('v1/backtests')
export class BacktestsController {
  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly jobs: Jobs,
    private readonly policy: AuditorPolicy,
  ) {}

  @Get('events')
  @Query(EventsQuery)
  @Answers('BacktestEvents', 'The events that a backtest plays, in the order of time, as CloudEvents.', [400])
  async events(@QueryParameters() query: Record<string, unknown>): Promise<BacktestEvents> {
    const { from, to, limit, cursor } = parseQuery(EventsQuery, query);
    const about = { subjects: pastSubjects, from: new Date(from), to: new Date(to), limit: limit + 1, after: cursor };
    const found = await this.store.read((manager) => history(manager, about));
    const page = found.slice(0, limit);
    const last = page.at(-1)?.position;
    return {
      items: page.map(({ event }) => event) as BacktestEvents['items'],
      nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : null,
    };
  }

  @Post()
  @HttpCode(200)
  @Body(Wish)
  @Answers('BacktestJob', 'It has begun; ask for it again by its id.', [400, 409])
  async start(@RequestBody() body: unknown): Promise<BacktestJob> {
    const { policy, against, judgeWithin, cases, ...range } = parseInput(Wish, body ?? {});
    const to = range.to === undefined ? systemClock.now() : Date.parse(range.to);
    const from = range.from === undefined ? to - USUAL_RANGE_MS : Date.parse(range.from);
    if (from >= to || to - from > LONGEST_RANGE_MS) {
      throw badRequest('from', `from: expected a time at most 366d before ${iso(to)}, found ${iso(from)}`);
    }
    const judged = Duration.safeParse(judgeWithin);
    if (!judged.success || judged.data < 60_000 || judged.data > 30 * DAY_MS) {
      throw badRequest('judgeWithin', `judgeWithin: expected a duration from 1m to 30d, found ${judgeWithin}`);
    }
    const isCurrent = against === CURRENT;
    const compared = against === undefined ? undefined : isCurrent ? this.current() : named('against', against);
    const texts = {
      policy: withoutSecrets(policy),
      against: against === undefined ? null : withoutSecrets(isCurrent ? (this.policy.origin.source ?? '') : against),
      isCurrent,
    };
    const times = { from, to, judgeWithinMs: judged.data };
    const plan = { policy: named('policy', policy), ...(compared && { against: compared }), ...times, cases };
    const answer = await this.jobs.start({ ...texts, ...times }, plan);
    if ('started' in answer) return jobOf(answer.started);
    const detail = `expected no backtest at work, found ${answer.running.id}: wait for its end, or cancel it`;
    throw new ProblemException({ title: 'Busy', status: 409, detail });
  }

  @Get()
  @Answers('BacktestList', 'The last thirty, the newest first, without their reports.')
  async list(): Promise<BacktestList> {
    return { items: (await this.jobs.list()).map(jobOf) };
  }

  @Get(':id')
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Answers('BacktestJob', 'How far it is, and its report once it is done.', [400, 404])
  async one(@Param() parameters: unknown): Promise<BacktestJob> {
    return jobOf(await this.find(parameters));
  }

  /** Server-sent events; the last one says how it ended. One that is not known ends at once. */
  @Sse(':id/progress')
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @ApiBearerAuth()
  @ApiResponse({
    status: 200,
    description:
      'How far it is, as `event: backtest` with a BacktestJob without its report as the data, until it ends.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  progress(@Param() parameters: unknown): Observable<MessageEvent> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    return timer(0, TOLD_EVERY_MS).pipe(
      exhaustMap(() => this.jobs.find(id)),
      takeWhile((job) => job !== undefined),
      map((job) => ({ job, seen: `${job.state} ${job.events}` })),
      distinctUntilChanged((a, b) => a.seen === b.seen),
      map(({ job }) => job),
      takeWhile(({ state }) => state === 'running' && !this.jobs.isStopped, true),
      map((job) => ({ type: 'backtest', data: jobOf({ ...job, report: null }) })),
    );
  }

  @Delete(':id')
  @HttpCode(200)
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Answers('BacktestJob', 'It does not run any more.', [400, 404])
  async cancel(@Param() parameters: unknown): Promise<BacktestJob> {
    const { id } = await this.find(parameters);
    await this.jobs.cancel(id);
    return jobOf(await this.find({ id }));
  }

  private async find(parameters: unknown): Promise<Job> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const job = await this.jobs.find(id);
    if (job !== undefined) return job;
    const detail = `expected the id of one of the last thirty backtests, found ${id}`;
    throw new ProblemException({ title: 'Not found', status: 404, detail });
  }

  private current(): NamedPolicy {
    return { name: CURRENT, policy: this.policy.current };
  }
}

function named(field: 'policy' | 'against', yaml: string): NamedPolicy {
  try {
    return { name: field, policy: parsePolicy(yaml, field) };
  } catch (error) {
    if (error instanceof PolicyError) throw badRequest(field, error.message);
    throw error;
  }
}

function jobOf({ id, state, plan, startedAt, endedAt, events, share, problem, ...sums }: Job): BacktestJob {
  const { from, to, judgeWithinMs, ...texts } = plan;
  return {
    ...{ id, state, from: iso(from), to: iso(to), judgeWithin: formatDuration(judgeWithinMs), ...texts },
    ...{ startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null, events, share, problem },
    totals: sums.totals as BacktestJob['totals'],
    againstTotals: sums.againstTotals as BacktestJob['againstTotals'],
    report: sums.report as BacktestJob['report'],
  };
}

function cursorOf({ time, id }: HistoryPosition): string {
  return Buffer.from(JSON.stringify([time, id])).toString('base64url');
}
