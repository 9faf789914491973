import { Controller, Get, Inject, Query as QueryParameters } from '@nestjs/common';
import { iso, systemClock } from '@prunella/core';
import { badRequest, ENVIRONMENT } from '@prunella/service-kit';
import { costKeys, listDebts, Store, tallyActions, tallyArms, tallyCosts } from '@prunella/store';
import { z } from 'zod';
import { debtOf, ownedBy } from '../debts/debt.ts';
import type { AuditorEnvironment } from '../environment.ts';
import { healingActions, rerunActions } from '../outcomes/proof.ts';
import { Owners } from '../owners.ts';
import { costs } from '../report/costs.ts';
import { effectiveness } from '../report/effectiveness.ts';
import { upliftReport } from '../report/uplift.ts';
import type { CostReport, EffectivenessReport, RootCauseReport, UpliftReport } from './answers.ts';
import { limitsOf } from './debts.controller.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, Text, Time } from './query.ts';

const DEFAULT_RANGE_MS = 30 * 86_400_000;
const MOST = 200;

const RangeQuery = z.object({
  from: Time.optional().describe('Actions at or after this time. Default: 30 days before `to`.'),
  to: Time.optional().describe('Actions before this time. Default: now.'),
});
const CostQuery = RangeQuery.extend({
  by: z.enum(costKeys).default('action').describe('What the costs are summed up by.'),
});
const RootCauseQuery = z.object({ repository: Text.optional().describe('Exactly this repository, owner/name.') });

@Controller('v1/reports')
export class ReportsController {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(ENVIRONMENT) private readonly environment: AuditorEnvironment,
    private readonly owners: Owners,
  ) {}

  @Get('effectiveness')
  @Query(RangeQuery)
  @Answers('EffectivenessReport', 'What the actions that took effect in a time range helped, by kind of action.', [400])
  async effectiveness(@QueryParameters() query: Record<string, unknown>): Promise<EffectivenessReport> {
    const range = rangeOf(parseQuery(RangeQuery, query));
    const which = { by: 'action', actions: healingActions, reruns: rerunActions } as const;
    const [tallies, spent] = await Promise.all([
      this.store.read((manager) => tallyActions(manager, range, healingActions)),
      this.store.read((manager) => tallyCosts(manager, range, which)),
    ]);
    return { from: range.from.toISOString(), to: range.to.toISOString(), ...effectiveness(tallies, spent) };
  }

  @Get('uplift')
  @Query(RangeQuery)
  @Answers('UpliftReport', 'What healing added to what became well by itself, with how sure that is.', [400])
  async uplift(@QueryParameters() query: Record<string, unknown>): Promise<UpliftReport> {
    const range = rangeOf(parseQuery(RangeQuery, query));
    const about = {
      actions: healingActions,
      withinMs: this.environment.PRUNELLA_SETTLE_WITHIN,
      now: new Date(systemClock.now()),
    };
    const tallies = await this.store.read((manager) => tallyArms(manager, range, about));
    return { from: range.from.toISOString(), to: range.to.toISOString(), ...upliftReport(tallies) };
  }

  @Get('costs')
  @Query(CostQuery)
  @Answers('CostReport', 'What the healing actions of a time range cost. What they saved is not claimed.', [400])
  async costs(@QueryParameters() query: Record<string, unknown>): Promise<CostReport> {
    const { by, ...given } = parseQuery(CostQuery, query);
    const range = rangeOf(given);
    const which = { by, actions: healingActions, reruns: rerunActions };
    const tallies = await this.store.read((manager) => tallyCosts(manager, range, which));
    return { from: range.from.toISOString(), to: range.to.toISOString(), by, ...costs(tallies) };
  }

  @Get('root-causes')
  @Query(RootCauseQuery)
  @Answers('RootCauseReport', 'Failures that are healed again and again: what causes them is to be fixed.', [400])
  async rootCauses(@QueryParameters() query: Record<string, unknown>): Promise<RootCauseReport> {
    const { repository } = parseQuery(RootCauseQuery, query);
    const limits = limitsOf(this.environment);
    const now = systemClock.now();
    const filter = { repository, recentAtLeast: limits.rootCauseAfter };
    const page = { now: new Date(now), dueMs: limits.dueMs, limit: MOST };
    const found = await this.store.read((manager) => listDebts(manager, filter, page));
    const items = found
      .sort((a, b) => b.recent - a.recent)
      .map((debt) => debtOf(debt, now, limits, ownedBy(this.owners)));
    return { atLeast: limits.rootCauseAfter, items };
  }
}

/** @throws ProblemException (400) when it ends before it begins. */
function rangeOf(given: { from?: string | undefined; to?: string | undefined }): { from: Date; to: Date } {
  const to = given.to === undefined ? systemClock.now() : Date.parse(given.to);
  const from = given.from === undefined ? to - DEFAULT_RANGE_MS : Date.parse(given.from);
  if (from >= to) throw badRequest('from', `from: expected a time before ${iso(to)}, found ${iso(from)}`);
  return { from: new Date(from), to: new Date(to) };
}
