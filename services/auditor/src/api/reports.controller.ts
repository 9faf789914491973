import { Controller, Get, Inject, Query as QueryParameters, UseGuards } from '@nestjs/common';
import { iso, systemClock } from '@prunella/core';
import { badRequest, TokenGuard } from '@prunella/service-kit';
import { Store, tallyActions } from '@prunella/store';
import { z } from 'zod';
import { healingActions } from '../outcomes/proof.ts';
import { effectiveness } from '../report/effectiveness.ts';
import type { EffectivenessReport } from './answers.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, Time } from './query.ts';

const DEFAULT_RANGE_MS = 30 * 86_400_000;

const RangeQuery = z.object({
  from: Time.optional().describe('Actions at or after this time. Default: 30 days before `to`.'),
  to: Time.optional().describe('Actions before this time. Default: now.'),
});

@Controller('v1/reports')
@UseGuards(TokenGuard)
export class ReportsController {
  constructor(@Inject(Store) private readonly store: Store) {}

  @Get('effectiveness')
  @Query(RangeQuery)
  @Answers('EffectivenessReport', 'What the actions that took effect in a time range helped, by kind of action.', [400])
  async effectiveness(@QueryParameters() query: Record<string, unknown>): Promise<EffectivenessReport> {
    const given = parseQuery(RangeQuery, query);
    const to = given.to === undefined ? systemClock.now() : Date.parse(given.to);
    const from = given.from === undefined ? to - DEFAULT_RANGE_MS : Date.parse(given.from);
    if (from >= to) throw badRequest('from', `from: expected a time before ${iso(to)}, found ${iso(from)}`);
    const range = { from: new Date(from), to: new Date(to) };
    const tallies = await this.store.read((manager) => tallyActions(manager, range, healingActions));
    return { from: iso(from), to: iso(to), ...effectiveness(tallies) };
  }
}
