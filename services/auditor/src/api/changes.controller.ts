import { Controller, Get, Inject, Query as QueryParameters } from '@nestjs/common';
import { listChanges, type RecordedChange, Store } from '@prunella/store';
import { z } from 'zod';
import type { ChangeList } from './answers/access.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery } from './query.ts';

const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most changes on a page.'),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'expected `nextCursor` of the page before')
    .optional()
    .describe('`nextCursor` of the page before.'),
});

/** Who changed what through this API. */
@Controller('v1/changes')
export class ChangesController {
  constructor(@Inject(Store) private readonly store: Store) {}

  @Get()
  @Query(ListQuery)
  @Answers('ChangeList', 'What was changed through the API, or was asked to be, the newest first.', [400])
  async list(@QueryParameters() query: Record<string, unknown>): Promise<ChangeList> {
    const { limit, cursor } = parseQuery(ListQuery, query);
    const found = await this.store.read((manager) => listChanges(manager, { limit: limit + 1, before: cursor }));
    const shown = found.slice(0, limit);
    return {
      items: shown.map(itemOf),
      nextCursor: found.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  }
}

function itemOf({ at, role, via, ...same }: RecordedChange): ChangeList['items'][number] {
  type Item = ChangeList['items'][number];
  return { ...same, at: at.toISOString(), role: role as Item['role'], via: via as Item['via'] };
}
