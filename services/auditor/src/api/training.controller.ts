import { Controller, Get, Inject, Query as QueryParameters } from '@nestjs/common';
import { systemClock } from '@prunella/core';
import { ENVIRONMENT } from '@prunella/service-kit';
import { diagnosedFailures, Store } from '@prunella/store';
import { z } from 'zod';
import type { AuditorEnvironment } from '../environment.ts';
import type { TrainingList } from './answers/learning.ts';
import { Cursor, writeCursor } from './cursor.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, Time } from './query.ts';

const TrainingQuery = z.object({
  since: Time.optional().describe('Failures at or after this time. Default: all.'),
  limit: z.coerce.number().int().min(1).max(500).default(200).describe('Most failures on a page.'),
  cursor: Cursor.optional().describe('`nextCursor` of the page before.'),
});

/** What a model of one's own is trained on: `prunella train` reads it. */
@Controller('v1/training')
export class TrainingController {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(ENVIRONMENT) private readonly environment: AuditorEnvironment,
  ) {}

  @Get()
  @Query(TrainingQuery)
  @Answers('TrainingList', 'Failures with their causes, their evidence and what was proven, the newest first.', [400])
  async list(@QueryParameters() query: Record<string, unknown>): Promise<TrainingList> {
    const { limit, cursor, since } = parseQuery(TrainingQuery, query);
    const from = new Date(since ?? 0);
    const found = await this.store.read((manager) =>
      diagnosedFailures(manager, {
        since: from,
        limit: limit + 1,
        after: cursor,
        withinMs: this.environment.PRUNELLA_SETTLE_WITHIN,
        now: new Date(systemClock.now()),
      }),
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ openedAt, ...same }) => ({ ...same, openedAt: openedAt.toISOString() })),
      nextCursor: found.length > limit && last !== undefined ? writeCursor(last) : null,
    };
  }
}
