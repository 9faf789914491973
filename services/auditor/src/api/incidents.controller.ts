import { Controller, Get, Inject, Param, Query as QueryParameters } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { causes, outcomes } from '@prunella/contracts';
import { ProblemException, parseInput } from '@prunella/service-kit';
import { eventsOfIncidents, type IncidentRow, listIncidents, Store } from '@prunella/store';
import { z } from 'zod';
import { type Incident, type IncidentPage, states } from '../ledger/incident.ts';
import { pageOf } from '../ledger/page.ts';
import type { IncidentList } from './answers.ts';
import { Cursor, writeCursor } from './cursor.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, Text } from './query.ts';

const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most incidents on a page.'),
  cursor: Cursor.optional().describe('`nextCursor` of the page before.'),
  state: z.enum(states).optional(),
  outcome: z.enum(outcomes).optional(),
  cause: z.enum(causes).optional(),
  repository: Text.optional().describe('Exactly this repository, owner/name.'),
  pipeline: Text.optional().describe('Exactly this pipelineId.'),
  source: Text.optional().describe('Exactly this platform.'),
  q: Text.optional().describe('Text somewhere in id, pipeline, repository, branch, commit or explanation.'),
});

@Controller('v1/incidents')
export class IncidentsController {
  constructor(@Inject(Store) private readonly store: Store) {}

  @Get()
  @Query(ListQuery)
  @Answers('IncidentList', 'Incidents, the newest first.', [400])
  async list(@QueryParameters() query: Record<string, unknown>): Promise<IncidentList> {
    const { limit, cursor, ...filter } = parseQuery(ListQuery, query);
    const rows = await this.store.read((manager) =>
      listIncidents(manager, filter, { limit: limit + 1, after: cursor }),
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(incidentOf),
      nextCursor: rows.length > limit && last !== undefined ? writeCursor(last) : null,
    };
  }

  @Get(':id')
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Answers('IncidentPage', 'One incident with its events in order, the evidence and every reason.', [404])
  async page(@Param() parameters: unknown): Promise<IncidentPage> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const page = pageOf(await this.store.read((manager) => eventsOfIncidents(manager, [id])));
    if (page === undefined) {
      throw new ProblemException({
        title: 'Not found',
        status: 404,
        detail: `expected the id of an incident, found ${id}`,
      });
    }
    return page;
  }
}

/** The incident of a row: it was written as one. */
export function incidentOf(row: IncidentRow): Incident {
  return row.document as Incident;
}
