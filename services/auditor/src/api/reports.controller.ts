import { Controller, Get, Inject, Query as QueryParameters, Req, Res } from '@nestjs/common';
import { systemClock } from '@prunella/core';
import { ENVIRONMENT } from '@prunella/service-kit';
import { costKeys, Store, tallyArms } from '@prunella/store';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AuditorPolicy } from '../auditor-policy.ts';
import type { AuditorEnvironment } from '../environment.ts';
import { healingActions } from '../outcomes/proof.ts';
import { reportMarkdown } from '../report/markdown.ts';
import {
  correlationReport,
  costReport,
  effectivenessReport,
  type ReportDeps,
  rootCauseReport,
} from '../report/reports.ts';
import { summaryReport } from '../report/summary.ts';
import { upliftReport } from '../report/uplift.ts';
import type { CorrelationReport } from './answers/correlation.ts';
import type { CostReport, EffectivenessReport, UpliftReport } from './answers/reports.ts';
import type { RootCauseReport } from './answers/root-causes.ts';
import type { SummaryReport } from './answers/summary.ts';
import { limitsOf } from './debts.controller.ts';
import { Format, formatted } from './format.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, rangeOf, Text, Time } from './query.ts';

const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;
const WEEK_MS = 7 * DAY_MS;
const MOST = 200;

const RangeQuery = z.object({
  from: Time.optional().describe('Actions at or after this time. Default: 30 days before `to`.'),
  to: Time.optional().describe('Actions before this time. Default: now.'),
  ...Format,
});
const UpliftQuery = RangeQuery.omit({ format: true });
const WeekQuery = RangeQuery.extend({
  from: Time.optional().describe('Actions at or after this time. Default: 7 days before `to`.'),
});
const CostQuery = RangeQuery.extend({
  by: z.enum(costKeys).default('action').describe('What the costs are summed up by.'),
});
const RootCauseQuery = WeekQuery.extend({
  repository: Text.optional().describe('Exactly this repository, owner/name.'),
  atLeast: z.coerce
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .optional()
    .describe('So many heals make a root cause. Default: PRUNELLA_ROOT_CAUSE_AFTER.'),
  limit: z.coerce.number().int().min(1).max(MOST).default(50).describe('At most so many, the most frequent first.'),
});
const CorrelationQuery = WeekQuery.extend({
  limit: z.coerce.number().int().min(1).max(MOST).default(50).describe('At most so many actions are named.'),
});

@Controller('v1/reports')
export class ReportsController {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(ENVIRONMENT) private readonly environment: AuditorEnvironment,
    private readonly policy: AuditorPolicy,
  ) {}

  @Get('effectiveness')
  @Query(RangeQuery)
  @Answers('EffectivenessReport', 'What the actions that took effect in a time range helped, by kind of action.', [400])
  async effectiveness(
    @QueryParameters() query: Record<string, unknown>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EffectivenessReport> {
    const { format, ...given } = parseQuery(RangeQuery, query);
    const report = await effectivenessReport(this.deps(), rangeOf(given, MONTH_MS, systemClock.now()));
    return formatted(report, reportMarkdown.effectiveness, { format, request, response });
  }

  @Get('uplift')
  @Query(UpliftQuery)
  @Answers('UpliftReport', 'What healing added to what became well by itself, with how sure that is.', [400])
  async uplift(@QueryParameters() query: Record<string, unknown>): Promise<UpliftReport> {
    const range = rangeOf(parseQuery(UpliftQuery, query), MONTH_MS, systemClock.now());
    const now = new Date(systemClock.now());
    const about = { actions: healingActions, withinMs: this.environment.PRUNELLA_SETTLE_WITHIN, now };
    const tallies = await this.store.read((manager) => tallyArms(manager, range, about));
    return { from: range.from.toISOString(), to: range.to.toISOString(), ...upliftReport(tallies) };
  }

  @Get('costs')
  @Query(CostQuery)
  @Answers(
    'CostReport',
    'What the healing actions of a time range cost, and what they saved by the figures of the policy.',
    [400],
  )
  async costs(
    @QueryParameters() query: Record<string, unknown>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CostReport> {
    const { format, by, ...given } = parseQuery(CostQuery, query);
    const report = await costReport(this.deps(), rangeOf(given, MONTH_MS, systemClock.now()), by);
    return formatted(report, reportMarkdown.costs, { format, request, response });
  }

  @Get('root-causes')
  @Query(RootCauseQuery)
  @Answers('RootCauseReport', 'Failures that were healed again and again: what causes them is to be fixed.', [400])
  async rootCauses(
    @QueryParameters() query: Record<string, unknown>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RootCauseReport> {
    const { format, repository, limit, atLeast, ...given } = parseQuery(RootCauseQuery, query);
    const which = { repository, limit, atLeast: atLeast ?? limitsOf(this.environment).rootCauseAfter };
    const report = await rootCauseReport(this.deps(), rangeOf(given, WEEK_MS, systemClock.now()), which);
    return formatted(report, reportMarkdown.rootCauses, { format, request, response });
  }

  @Get('correlation')
  @Query(CorrelationQuery)
  @Answers(
    'CorrelationReport',
    'Which actions came together with failures, within 5 minutes. It says nothing of why.',
    [400],
  )
  async correlation(
    @QueryParameters() query: Record<string, unknown>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CorrelationReport> {
    const { format, limit, ...given } = parseQuery(CorrelationQuery, query);
    const report = await correlationReport(this.deps(), rangeOf(given, WEEK_MS, systemClock.now()), { limit });
    return formatted(report, reportMarkdown.correlation, { format, request, response });
  }

  @Get('summary')
  @Query(WeekQuery)
  @Answers('SummaryReport', 'All reports in one, each cut to what matters most.', [400])
  async summary(
    @QueryParameters() query: Record<string, unknown>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SummaryReport> {
    const { format, ...given } = parseQuery(WeekQuery, query);
    const deps = { ...this.deps(), owners: this.policy, limits: limitsOf(this.environment) };
    const report = await summaryReport(deps, rangeOf(given, WEEK_MS, systemClock.now()), systemClock.now());
    return formatted(report, reportMarkdown.summary, { format, request, response });
  }

  private deps(): ReportDeps {
    return { store: this.store, policy: this.policy.current };
  }
}
