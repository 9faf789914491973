import { Controller, Get, HttpCode, Inject, Param, Post, Body as RequestBody } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { Bus } from '@prunella/bus';
import type { ActionApproved } from '@prunella/contracts';
import { answerId, iso, systemClock } from '@prunella/core';
import { approversText, mayAnswer } from '@prunella/policy';
import { Caller, type Identity, ProblemException, parseInput } from '@prunella/service-kit';
import { eventsOfIncidents, listIncidents, Store } from '@prunella/store';
import { z } from 'zod';
import { whoChanges } from '../access/who.ts';
import { approvalOf, approversOf } from '../ledger/approval.ts';
import { type Chapter, newestChapter } from '../ledger/chapter.ts';
import { pageOf } from '../ledger/page.ts';
import type { ApprovalAnswer, IncidentList } from './answers/incidents.ts';
import { incidentOf } from './incidents.controller.ts';
import { Answers, Body } from './openapi.ts';
import { By, Text } from './query.ts';

const MOST = 200;

const Answer = z.strictObject({
  approved: z.boolean().describe('false: it must not be done.'),
  by: By,
  reason: Text.default('').describe('Why; it is recorded.'),
  attempt: z
    .int()
    .min(1)
    .optional()
    .describe(
      'The attempt that was asked about when whoever answers looked; 409 when it is asked about another one by now. Absent: whatever is asked now.',
    ),
});

/** What waits for the yes of a human, and the answer. */
@Controller('v1/approvals')
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

  /** It counts when whoever gives it may answer; with enough of them the remediator carries it out. Recorded in any case. */
  @Post(':incident')
  @HttpCode(200)
  @ApiParam({ name: 'incident', schema: { type: 'string' } })
  @Body(Answer)
  @Answers('ApprovalAnswer', 'The answer was passed on; `state` says what it comes to.', [400, 404, 409])
  async answer(
    @Param() parameters: unknown,
    @RequestBody() body: unknown,
    @Caller() caller: Identity,
  ): Promise<ApprovalAnswer> {
    const { incident } = parseInput(z.object({ incident: Text }), parameters);
    const { approved, by: said, reason, attempt } = parseInput(Answer, body ?? {});
    const by = whoChanges(caller, said);
    const { requested, chapter } = await this.requestOf(incident, attempt);
    const { action, run } = requested.data;
    const data: ActionApproved = {
      incidentId: incident,
      attempt: run.attempt,
      action: action.type,
      approved,
      by,
      reason,
      at: iso(systemClock.now()),
    };
    await this.bus.publish('action.approved', { id: answerId(data), data });
    return { incidentId: incident, attempt: run.attempt, action: action.type, approved, ...resultOf(chapter, data) };
  }

  private async requestOf(id: string, attempt: number | undefined) {
    const events = await this.store.read((manager) => eventsOfIncidents(manager, [id]));
    const page = pageOf(events);
    if (page === undefined) {
      const detail = `expected the id of an incident, found ${id}`;
      throw new ProblemException({ title: 'Not found', status: 404, detail });
    }
    const chapter = newestChapter(events);
    const requested = chapter?.requested;
    if (page.state !== 'awaiting_approval' || requested === undefined) {
      const detail = `expected an incident that waits for an answer, found one that is ${page.state}`;
      throw new ProblemException({ title: 'Not waiting', status: 409, detail });
    }
    // A yes to what was asked before must not become one to what is asked now.
    if (attempt !== undefined && attempt !== page.attempt) {
      const detail = `expected the attempt that is asked about, ${page.attempt}, found an answer about attempt ${attempt}; look at what is asked now`;
      throw new ProblemException({ title: 'Asked about another attempt', status: 409, detail });
    }
    return { requested, chapter: chapter as Chapter };
  }
}

/** What the request comes to with one more answer. */
function resultOf(chapter: Chapter, answer: ActionApproved): Pick<ApprovalAnswer, 'state' | 'says'> {
  const approvers = approversOf(chapter);
  if (!mayAnswer(answer.by, approvers)) {
    const says = `${answer.by} may not answer this; who may: ${approversText(approvers)}`;
    return { state: 'not_allowed', says };
  }
  const result = approvalOf(chapter, answer);
  switch (result.kind) {
    case 'waiting':
      return { state: 'waiting', says: `${result.approvals.length} of ${approvers.quorum} said yes` };
    case 'approved':
      return { state: 'approved', says: 'it is done' };
    case 'rejected':
      return { state: 'rejected', says: 'nothing is done' };
  }
}
