import { Controller, Get, HttpCode, Inject, Param, Post, Body as RequestBody, UseGuards } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { Bus } from '@prunella/bus';
import { iso, systemClock } from '@prunella/core';
import { ProblemException, parseInput, TokenGuard } from '@prunella/service-kit';
import { eventsOfIncidents, listIncidents, Store } from '@prunella/store';
import { z } from 'zod';
import { newestChapter } from '../ledger/chapter.ts';
import { pageOf } from '../ledger/page.ts';
import type { ApprovalAnswer, IncidentList } from './answers.ts';
import { incidentOf } from './incidents.controller.ts';
import { Answers, Body } from './openapi.ts';
import { Text } from './query.ts';

const MOST = 200;

const Answer = z.strictObject({
  approved: z.boolean().describe('false: it must not be done.'),
  by: Text.min(1).max(256).describe('Who says so; it is recorded.'),
  reason: Text.default('').describe('Why; it is recorded.'),
});

/** What waits for the yes of a human, and the answer. */
@Controller('v1/approvals')
@UseGuards(TokenGuard)
export class ApprovalsController {
  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly bus: Bus,
  ) {}

  @Get()
  @Answers('IncidentList', 'Incidents that wait for an answer, the newest first; at most 200.')
  async list(): Promise<IncidentList> {
    const rows = await this.store.read((manager) =>
      listIncidents(manager, { state: 'awaiting_approval' }, { limit: MOST, after: undefined }),
    );
    return { items: rows.map(incidentOf), nextCursor: null };
  }

  /** The first answer counts; the remediator carries it out. */
  @Post(':incident')
  @HttpCode(200)
  @ApiParam({ name: 'incident', schema: { type: 'string' } })
  @Body(Answer)
  @Answers('ApprovalAnswer', 'The answer was passed on.', [400, 404, 409])
  async answer(@Param() parameters: unknown, @RequestBody() body: unknown): Promise<ApprovalAnswer> {
    const { incident } = parseInput(z.object({ incident: Text }), parameters);
    const { approved, by, reason } = parseInput(Answer, body ?? {});
    const { attempt, action } = await this.requestOf(incident);
    await this.bus.publish('action.approved', {
      // One answer to a request, however often and by whomever it is given.
      id: `${incident}/${attempt}/answer`,
      data: { incidentId: incident, attempt, action, approved, by, reason, at: iso(systemClock.now()) },
    });
    return { incidentId: incident, attempt, action, approved };
  }

  private async requestOf(id: string): Promise<Pick<ApprovalAnswer, 'attempt' | 'action'>> {
    const events = await this.store.read((manager) => eventsOfIncidents(manager, [id]));
    const page = pageOf(events);
    if (page === undefined) {
      const detail = `expected the id of an incident, found ${id}`;
      throw new ProblemException({ title: 'Not found', status: 404, detail });
    }
    const requested = newestChapter(events)?.requested;
    if (page.state !== 'awaiting_approval' || requested === undefined) {
      const detail = `expected an incident that waits for an answer, found one that is ${page.state}`;
      throw new ProblemException({ title: 'Not waiting', status: 409, detail });
    }
    return { attempt: requested.data.run.attempt, action: requested.data.action.type };
  }
}
