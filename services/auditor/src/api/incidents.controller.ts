import { Controller, Get, Inject, Param, Query as QueryParameters, Res } from '@nestjs/common';
import { ApiParam, ApiResponse } from '@nestjs/swagger';
import { causes, outcomes } from '@prunella/contracts';
import { type Loki, lokiFromEnvironment } from '@prunella/metrics';
import { ENVIRONMENT, ProblemException, parseInput } from '@prunella/service-kit';
import {
  type EventRecord,
  eventsOfIncidents,
  type IncidentRow,
  incidentsById,
  joinedInto,
  listIncidents,
  Store,
  similarIncidents,
} from '@prunella/store';
import type { Response } from 'express';
import { z } from 'zod';
import { AuditorPolicy } from '../auditor-policy.ts';
import type { AuditorEnvironment } from '../environment.ts';
import { type Incident, type IncidentPage, states } from '../ledger/incident.ts';
import { pageOf } from '../ledger/page.ts';
import { correlationsOf, correlationsWithLogs } from '../report/around.ts';
import { CORRELATION_SAYS } from '../report/correlation.ts';
import { countEndings, endingOf, endingsSay } from '../report/endings.ts';
import type { CorrelatedIncidentPage, IncidentCorrelation } from './answers/correlation.ts';
import type { IncidentList } from './answers/incidents.ts';
import type { SimilarIncidents } from './answers/similar.ts';
import { Cursor, writeCursor } from './cursor.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, Text } from './query.ts';

/** So many incidents like one are looked at. */
const MOST_ALIKE = 20;

const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most incidents on a page.'),
  cursor: Cursor.optional().describe('`nextCursor` of the page before.'),
  state: z.enum(states).optional(),
  outcome: z.enum(outcomes).optional(),
  cause: z.enum(causes).optional(),
  repository: Text.optional().describe('Exactly this repository, owner/name.'),
  pipeline: Text.optional().describe('Exactly this pipelineId.'),
  source: Text.optional().describe('Exactly this platform.'),
  q: Text.optional().describe(
    'Text somewhere in id, pipeline, repository, branch, commit or explanation; a whole id finds that incident alone; of less than three characters: in the next 10,000 incidents.',
  ),
});

@Controller('v1/incidents')
export class IncidentsController {
  private readonly loki: Loki | undefined;

  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly policy: AuditorPolicy,
    @Inject(ENVIRONMENT) private readonly environment: AuditorEnvironment,
  ) {
    this.loki = lokiFromEnvironment(environment);
  }

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
  @Answers('CorrelatedIncidentPage', 'One incident with its events in order, the evidence and every reason.', [404])
  @ApiResponse({ status: 308, description: 'It turned out to be a part of the incident at `Location`.' })
  async page(
    @Param() parameters: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CorrelatedIncidentPage | { joinedInto: string }> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const [joined] = await this.store.read((manager) => joinedInto(manager, [id]));
    if (joined !== undefined) {
      response.status(308).location(encodeURIComponent(joined.incidentId));
      return { joinedInto: joined.incidentId };
    }
    const { page, events } = await this.one(id);
    const traceUrl = traceUrlOf(page.traceId, this.environment.PRUNELLA_TRACE_URL);
    return { ...page, traceUrl, correlation: await correlationsOf(this.store, events) };
  }

  /** Apart from its page, for that is read again at each change. */
  @Get(':id/similar')
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Answers('SimilarIncidents', 'Other incidents like it, at most 20, and how those ended.', [404])
  async similar(@Param() parameters: unknown): Promise<SimilarIncidents> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const [row] = await this.store.read((manager) => incidentsById(manager, [id]));
    if (row === undefined) throw notFound(id);
    const found = await this.store.read((manager) => similarIncidents(manager, row, MOST_ALIKE + 1));
    const items = found.slice(0, MOST_ALIKE).map(({ document, alike }) => {
      const incident = document as Incident;
      return { incident, alike, ending: endingOf(incident).ending };
    });
    const counts = countEndings(items.map(({ incident }) => incident));
    return { incidentId: id, says: endingsSay(counts), endings: counts, more: found.length > MOST_ALIKE, items };
  }

  /** Apart from its page, for Loki may be slow. */
  @Get(':id/correlation')
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Answers('IncidentCorrelation', 'What came together with its actions, and what Loki has of that time.', [404])
  async correlation(@Param() parameters: unknown): Promise<IncidentCorrelation> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const { events } = await this.one(id);
    const { logs } = this.policy.current.reports;
    const actions = await correlationsWithLogs(this.store, events, this.loki, logs);
    return { incidentId: id, says: CORRELATION_SAYS, actions };
  }

  private async one(id: string): Promise<{ page: IncidentPage; events: EventRecord[] }> {
    const events = await this.store.read((manager) => eventsOfIncidents(manager, [id]));
    const page = pageOf(events);
    if (page !== undefined) return { page, events };
    throw notFound(id);
  }
}

function traceUrlOf(traceId: string | null, template: string | undefined): string | null {
  if (traceId === null || template === undefined) return null;
  return template.replaceAll('{traceId}', traceId);
}

function notFound(id: string): ProblemException {
  const detail = `expected the id of an incident, found ${id}`;
  return new ProblemException({ title: 'Not found', status: 404, detail });
}

/** The incident of a row: it was written as one. */
export function incidentOf(row: IncidentRow): Incident {
  return row.document as Incident;
}
