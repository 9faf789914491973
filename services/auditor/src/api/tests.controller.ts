import { Controller, Get, Inject, Param, Query as QueryParameters } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { iso } from '@prunella/core';
import { ProblemException, parseInput } from '@prunella/service-kit';
import { countTests, listTests, passesOf, Store, testsById } from '@prunella/store';
import { type Judgement, merge, type Observation, testStates } from '@prunella/test-history';
import { z } from 'zod';
import { type KnownTest as Known, observedPass } from '../tests/history.ts';
import type { FlakyReport } from './answers/reports.ts';
import type { KnownTest, TestList, TestPage } from './answers/tests.ts';
import { Cursor, writeCursor } from './cursor.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, Text } from './query.ts';

/** Of a test that never failed so many reports of its job are looked through. */
const LOOK_BACK = 100;
const MOST_FLAKY = 500;

const Repository = Text.optional().describe('Exactly this repository, owner/name.');
const ListQuery = z.object({
  repository: Repository,
  state: z.enum(testStates).optional().describe('Only tests in this state.'),
  q: Text.optional().describe('Part of the name, the class or the file.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: Cursor.optional().describe('The nextCursor of an earlier page.'),
});
const FlakyQuery = z.object({
  repository: Repository,
  limit: z.coerce.number().int().min(1).max(MOST_FLAKY).default(50).describe('Most tests.'),
});

/** What is known of tests, out of the reports that were sent. */
@Controller('v1')
export class TestsController {
  constructor(@Inject(Store) private readonly store: Store) {}

  @Get('tests')
  @Query(ListQuery)
  @Answers('TestList', 'Tests, those first that failed last.', [400])
  async list(@QueryParameters() query: Record<string, unknown>): Promise<TestList> {
    const { limit, cursor, ...filter } = parseQuery(ListQuery, query);
    const after = cursor && { at: cursor.openedAt, id: cursor.id };
    const found = await this.store.read((manager) =>
      listTests<Observation, Judgement>(manager, { ...filter, after }, limit + 1),
    );
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const more = found.length > limit && last !== undefined;
    return {
      items: shown.map(testOf),
      nextCursor: more ? writeCursor({ openedAt: last.sortedAt, id: last.id }) : null,
    };
  }

  @Get('tests/:id')
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Answers('TestPage', 'A test and how it went, as far as it is kept.', [404])
  async page(@Param() parameters: unknown): Promise<TestPage> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const [test] = await this.store.read((manager) =>
      testsById<Observation, Judgement>(manager, [id], { onlyFailed: false }),
    );
    if (test === undefined) {
      const detail = `expected the id of a test, found ${id}`;
      throw new ProblemException({ title: 'Not found', status: 404, detail });
    }
    return { ...testOf(test), history: (await this.historyOf(test)).toReversed().map(observationOf) };
  }

  @Get('reports/flaky')
  @Query(FlakyQuery)
  @Answers('FlakyReport', 'How many tests are not to be trusted, and which of them are flaky.', [400])
  async flaky(@QueryParameters() query: Record<string, unknown>): Promise<FlakyReport> {
    const { repository, limit } = parseQuery(FlakyQuery, query);
    const [counts, flaky] = await Promise.all([
      this.store.read((manager) => countTests(manager, repository)),
      this.store.read((manager) =>
        listTests<Observation, Judgement>(manager, { repository, state: 'flaky' }, MOST_FLAKY),
      ),
    ]);
    const of = (state: string) => counts.find((one) => one.state === state)?.count ?? 0;
    const items = flaky.map(testOf).sort((a, b) => b.proofs - a.proofs);
    return {
      tests: counts.reduce((sum, { count }) => sum + count, 0),
      ...{ failing: of('failing'), flaky: of('flaky'), suspect: of('suspect') },
      items: items.slice(0, limit),
    };
  }

  /** Of a test that never failed only the reports tell. */
  private async historyOf({ id, scope, history }: Known): Promise<Observation[]> {
    if (history !== null) return history;
    const passes = await this.store.read((manager) => passesOf(manager, scope, [id], LOOK_BACK));
    return merge([], passes.map(observedPass));
  }
}

function testOf(test: Known): KnownTest {
  const { id, name, classname, suite, file, repository, pipelineId, job, state, judgement } = test;
  const streak = judgement?.streak;
  return {
    ...{ id, name, classname, suite, file, repository, pipelineId, job },
    state: state as KnownTest['state'],
    firstSeen: test.firstSeen.toISOString(),
    lastSeen: test.lastSeen.toISOString(),
    lastFailedAt: timeOf(judgement?.lastFailedAt),
    runs: judgement?.runs ?? null,
    failures: judgement?.failures ?? 0,
    proofs: judgement?.proofs ?? 0,
    proofShas: judgement?.proofShas ?? [],
    lastProofAt: timeOf(judgement?.lastProofAt),
    recoveries: judgement?.recoveries ?? 0,
    rate: judgement?.rate ?? null,
    failingSince:
      streak === undefined
        ? null
        : {
            ...{ at: iso(streak.since), runs: streak.length },
            ...{ firstFailingCommit: streak.firstFailing, lastPassingCommit: streak.lastPassing },
          },
  };
}

function observationOf({ at, run, attempt, sha, branch, result, durationMs, message = '', crowded }: Observation) {
  return { at: iso(at), run, attempt, sha, branch, result, durationMs, message, crowded: crowded === true };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : iso(ms);
}
