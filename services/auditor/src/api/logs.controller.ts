import { Controller, Get, Inject, Query as QueryParameters } from '@nestjs/common';
import { messageOf, ProviderError, systemClock } from '@prunella/core';
import { BadLogQuery, type Loki, lokiFromEnvironment } from '@prunella/metrics';
import { logQuery } from '@prunella/policy';
import { badRequest, ENVIRONMENT, ProblemException } from '@prunella/service-kit';
import { redact } from '@prunella/signals';
import { z } from 'zod';
import { AuditorPolicy } from '../auditor-policy.ts';
import type { AuditorEnvironment } from '../environment.ts';
import type { HealingLog } from './answers/correlation.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, rangeOf, Text, Time } from './query.ts';

const DAY_MS = 86_400_000;
const PATIENCE_MS = 8_000;
/** A whole line of ours, unless everything in it is as long as it may be. */
const MOST_OF_A_LINE = 2_000;

const LogQuery = z.object({
  pipeline: Text.min(1).describe('The id of the pipeline.'),
  from: Time.optional().describe('Lines at or after this time. Default: a day before `to`.'),
  to: Time.optional().describe('Lines before this time. Default: now.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(200).describe('At most so many lines, the first.'),
});

/** What Loki has of healing. */
@Controller('v1/logs')
export class LogsController {
  private readonly loki: Loki | undefined;

  constructor(
    private readonly policy: AuditorPolicy,
    @Inject(ENVIRONMENT) environment: AuditorEnvironment,
  ) {
    this.loki = lokiFromEnvironment(environment);
  }

  @Get('healing')
  @Query(LogQuery)
  @Answers(
    'HealingLog',
    'What was logged about the healing of a pipeline, in order of time, without secrets.',
    [400, 404],
  )
  async healing(@QueryParameters() query: Record<string, unknown>): Promise<HealingLog> {
    const { pipeline, limit, ...given } = parseQuery(LogQuery, query);
    const { from, to } = rangeOf(given, DAY_MS, systemClock.now());
    const asked = logQuery(this.policy.current.reports.logs.pipeline, { pipeline });
    if ('why' in asked) throw badRequest('pipeline', `pipeline: ${asked.why}`);
    if (this.loki === undefined) {
      const detail = 'expected the address of Loki in LOKI_URL of the auditor, found none';
      throw new ProblemException({ title: 'Not found', status: 404, detail });
    }
    const range = { from: from.getTime(), to: to.getTime(), limit };
    try {
      const { lines, more } = await this.loki.lines(asked.query, range, AbortSignal.timeout(PATIENCE_MS));
      return {
        ...{ from: from.toISOString(), to: to.toISOString(), pipeline, more },
        lines: lines.map(({ at, text }) => ({ at, text: redact(text).slice(0, MOST_OF_A_LINE).toWellFormed() })),
      };
    } catch (error) {
      if (!(error instanceof ProviderError || error instanceof BadLogQuery)) throw error;
      throw new ProblemException({ title: 'Loki does not answer', status: 503, detail: redact(messageOf(error)) });
    }
  }
}
