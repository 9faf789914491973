import { Controller, Get, Query as QueryParameters } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { iso, systemClock } from '@prunella/core';
import { type Diagnosis, examineAll } from '@prunella/doctor';
import { Needs } from '@prunella/service-kit';
import { z } from 'zod';
import type { DoctorReport } from './answers/doctor.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery } from './query.ts';

/** Whoever opens the page sees what was found a moment ago: outside platforms count requests. */
const USUAL_AGE_MS = 60_000;

const DoctorQuery = z.object({
  fresh: z
    .stringbool()
    .default(false)
    .describe('Look again, in place of telling what was found within the last minute. At most every few seconds.'),
});

/** How everything is set up. Operators only: it tells of addresses and rights, though never of secrets. */
@Controller('v1/doctor')
@Needs('operate')
export class DoctorController {
  constructor(private readonly bus: Bus) {}

  @Get()
  @Query(DoctorQuery)
  @Answers('DoctorReport', 'What each service finds when it looks at what it needs, by its own credentials.', [400])
  async examine(@QueryParameters() query: Record<string, unknown>): Promise<DoctorReport> {
    const { fresh } = parseQuery(DoctorQuery, query);
    return reportOf(await examineAll(this.bus.nats, fresh ? 0 : USUAL_AGE_MS));
  }
}

function reportOf({ findings, services, settings }: Diagnosis): DoctorReport {
  const times = services.flatMap(({ replicas }) => replicas.map(({ examinedAt }) => examinedAt)).sort();
  return {
    examinedAt: times[0] ?? iso(systemClock.now()),
    bad: findings.filter(({ state }) => state === 'bad').length,
    findings: findings.map(({ mend, docs, ...finding }) => ({ ...finding, mend: mend ?? null, docs: docs ?? null })),
    services,
    settings,
  };
}
