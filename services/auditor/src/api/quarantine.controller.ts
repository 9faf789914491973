import {
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Body as RequestBody,
  Query as RequestQuery,
  Res,
} from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { Bus } from '@prunella/bus';
import { Duration, stableId, systemClock } from '@prunella/core';
import {
  addition,
  changeOf,
  entryId,
  greensInARow,
  isInForce,
  neededGreens,
  USUAL_EXPIRY,
  USUAL_GREENS,
} from '@prunella/quarantine';
import { Caller, ENVIRONMENT, type Identity, Needs, ProblemException, parseInput } from '@prunella/service-kit';
import {
  listQuarantine,
  lock,
  type QuarantineEntry,
  quarantineById,
  resultsOf,
  Store,
  type Transaction,
} from '@prunella/store';
import type { Response } from 'express';
import { z } from 'zod';
import { whoChanges } from '../access/who.ts';
import { AuditorPolicy } from '../auditor-policy.ts';
import type { AuditorEnvironment } from '../environment.ts';
import { countResults } from '../quarantine/count-results.ts';
import { makeChange } from '../quarantine/record-changes.ts';
import type { QuarantineCount, QuarantinedTest, QuarantineList } from './answers/tests.ts';
import { Answers, Body, Query } from './openapi.ts';
import { By, parseQuery, Text } from './query.ts';

/** More than anybody skips on purpose. */
const MOST = 2_000;
const LONGEST_MS = 90 * 86_400_000;

const Filter = z.strictObject({
  repository: Text.optional().describe('`owner/name`; default: all.'),
  branch: Text.default('').describe('The branch that is tested: `skip` is false on a default one.'),
  state: z.enum(['in_force', 'over']).default('in_force').describe('`over`: those that left, and why.'),
  format: z.literal('json').default('json'),
});

const Test = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => !text.includes('\0'), { error: 'expected text without NUL' })
  .describe('Its name as the runner writes it.');
/** Whoever holds PRUNELLA_API_TOKEN and does not say who they are. */
const UNNAMED = 'somebody with the API';
const Reason = Text.min(1).describe('Why; it is recorded.');

const Addition = z.strictObject({
  test: Test,
  repository: Text.min(1).describe('`owner/name`'),
  owner: Text.min(1).max(256).describe('Who mends it.'),
  reason: Reason,
  expiry: Duration.refine((ms) => ms >= 1_000 && ms <= LONGEST_MS, {
    error: 'expected a duration from 1s to 90d',
  })
    .prefault(USUAL_EXPIRY)
    .describe('For how long it is skipped.'),
  greens: z.int().min(1).max(1_000).default(USUAL_GREENS).describe('So many green runs in a row release it.'),
  by: By,
});

const Removal = z.strictObject({ by: By, reason: Reason });

const Results = z
  .strictObject({
    repository: Text.min(1).describe('`owner/name`'),
    branch: Text.describe('Only the results of a default branch count.'),
    commit: Text.max(128).default(''),
    runId: Text.max(256).default('').describe('The same for all reports of a run. Empty: the commit stands for it.'),
    results: z.array(z.strictObject({ test: Test, passed: z.boolean() })).max(MOST),
  })
  .refine(({ commit, runId }) => commit !== '' || runId !== '', {
    error: 'expected a runId or a commit',
    path: ['runId'],
  });

/** The tests that runners skip for a while. */
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly bus: Bus,
    @Inject(ENVIRONMENT) private readonly environment: AuditorEnvironment,
    private readonly policy: AuditorPolicy,
  ) {}

  /** Read by test runners before each run: an unchanged list is a 304. */
  @Get()
  @Needs('read', 'report')
  @Query(Filter)
  @Answers('QuarantineList', 'The tests in quarantine, the newest first.', [400])
  async list(
    @RequestQuery() query: Record<string, unknown>,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<QuarantineList | undefined> {
    const { repository, branch, state } = parseQuery(Filter, query);
    const filter = {
      ...(repository !== undefined && { repository }),
      inForce: state === 'in_force',
      at: new Date(systemClock.now()),
    };
    const items = await this.store.read(async (manager) =>
      this.testsOf(manager, await listQuarantine(manager, filter, MOST)),
    );
    const list: QuarantineList = { skip: !this.isDefault(branch), items, nextCursor: null };
    // By hand: Express answers whole to clients that send `cache-control: no-cache` along, and fetch of Node does.
    const tag = `"${stableId('list', JSON.stringify(list))}"`;
    response.setHeader('ETag', tag);
    if (known?.includes(tag)) {
      response.status(304);
      return undefined;
    }
    return list;
  }

  /** A test that is in already gets the owner, reason and expiry of this call. */
  @Post()
  @HttpCode(200)
  @Body(Addition)
  @Answers('QuarantinedTest', 'It is skipped from now on.', [400])
  async add(@RequestBody() body: unknown, @Caller() caller: Identity): Promise<QuarantinedTest> {
    const { expiry, by: said, ...wish } = parseInput(Addition, body ?? {});
    const by = whoChanges(caller, said ?? UNNAMED);
    const id = entryId(wish.repository, wish.test);
    return await this.change(id, (known, now) =>
      addition({ ...wish, by, expiryMs: expiry, evidence: [], incidentIds: [] }, known, now),
    );
  }

  /** `by` and `reason` are taken from the query or the body. */
  @Delete(':id')
  @HttpCode(200)
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Query(Removal)
  @Answers('QuarantinedTest', 'It is run again from now on.', [400, 404])
  async remove(
    @Param() parameters: unknown,
    @RequestQuery() query: Record<string, unknown>,
    @RequestBody() body: unknown,
    @Caller() caller: Identity,
  ): Promise<QuarantinedTest> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const { by: said, reason } = parseInput(Removal, { ...query, ...(typeof body === 'object' ? body : {}) });
    const by = whoChanges(caller, said ?? UNNAMED);
    return await this.change(id, (known, now) => {
      if (known === undefined || !isInForce(known, now)) {
        const detail = `expected the id of a test in quarantine, found ${id}`;
        throw new ProblemException({ title: 'Not found', status: 404, detail });
      }
      return changeOf(known, 'removed', { by, reason, at: now });
    });
  }

  /** Runs of the default branch say how the tests in quarantine went; those that are green often enough leave. */
  @Post('results')
  @Needs('report')
  @HttpCode(200)
  @Body(Results)
  @Answers('QuarantineCount', 'How the tests stand now.', [400])
  async report(@RequestBody() body: unknown): Promise<QuarantineCount> {
    const { repository, branch, commit, runId, results } = parseInput(Results, body ?? {});
    if (!this.isDefault(branch)) return { counted: 0, ignored: results.length, items: [] };
    const about = { source: this.bus.source, now: systemClock.now() };
    const report = { repository, run: runId || commit, results };
    const items = await this.store.transaction((transaction) => countResults(transaction, report, about));
    const known = new Set(items.map(({ test }) => test));
    const counted = results.filter(({ test }) => known.has(test)).length;
    return { counted, ignored: results.length - counted, items };
  }

  private async change(
    id: string,
    next: (known: QuarantineEntry | undefined, now: number) => Parameters<typeof makeChange>[1],
  ): Promise<QuarantinedTest> {
    const now = systemClock.now();
    return await this.store.transaction(async (transaction) => {
      await lock(transaction, [id]);
      const [known] = await quarantineById(transaction, [id]);
      await makeChange(transaction, next(known, now), { source: this.bus.source, now });
      const [test] = await this.testsOf(transaction, await quarantineById(transaction, [id]));
      if (test === undefined) throw new Error(`the entry ${id} was written and is not there`);
      return test;
    });
  }

  private isDefault(branch: string): boolean {
    return this.environment.PRUNELLA_DEFAULT_BRANCHES.includes(branch);
  }

  private async testsOf(manager: Transaction, entries: readonly QuarantineEntry[]): Promise<QuarantinedTest[]> {
    const results = await resultsOf(
      manager,
      entries.map((entry) => entry.entryId),
    );
    const byEntry = Map.groupBy(results, (result) => result.entryId);
    return entries.map((entry) => ({
      id: entry.entryId,
      test: entry.test,
      repository: entry.repository,
      owner: entry.owner || this.policy.ownerOfTest(entry),
      reason: entry.reason,
      state: entry.change,
      by: entry.by,
      changedAt: entry.at,
      expiresAt: entry.expiresAt,
      greens: greensInARow(byEntry.get(entry.entryId) ?? []),
      of: neededGreens(entry),
      evidence: entry.evidence,
      incidentIds: entry.incidentIds,
    }));
  }
}
