import {
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query as QueryParameters,
  Body as RequestBody,
} from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { Bus } from '@prunella/bus';
import { iso, systemClock } from '@prunella/core';
import { badRequest, Caller, ENVIRONMENT, type Identity, ProblemException, parseInput } from '@prunella/service-kit';
import { listDebts, Store } from '@prunella/store';
import { z } from 'zod';
import { whoChanges } from '../access/who.ts';
import { Auditor } from '../auditor.ts';
import { AuditorPolicy } from '../auditor-policy.ts';
import { type DebtLimits, debtOf, ownedBy } from '../debts/debt.ts';
import { debtKindNames } from '../debts/kinds/index.ts';
import { debtStates } from '../debts/states.ts';
import type { AuditorEnvironment } from '../environment.ts';
import { eventRecord } from '../ledger/event-record.ts';
import type { Debt, DebtList } from './answers/debts.ts';
import { Cursor, writeCursor } from './cursor.ts';
import { Answers, Body, Query } from './openapi.ts';
import { By, parseQuery, Text } from './query.ts';

const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most debts on a page.'),
  cursor: Cursor.optional().describe('`nextCursor` of the page before.'),
  state: z.enum(debtStates).optional(),
  kind: z.enum(debtKindNames).optional(),
  repository: Text.optional().describe('Exactly this repository, owner/name.'),
  incident: Text.optional().describe('Only what this incident added to.'),
});

const Change = z.strictObject({
  owner: Text.max(256).optional().describe('Who repairs it from now on; empty: nobody. Absent: as before.'),
  resolved: z.boolean().optional().describe('true: it is repaired, until it is seen again. Absent: as before.'),
  by: By,
  reason: Text.default('').describe('Why; it is recorded.'),
});

/** What works without being repaired. */
@Controller('v1/debts')
export class DebtsController {
  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly bus: Bus,
    private readonly auditor: Auditor,
    @Inject(ENVIRONMENT) private readonly environment: AuditorEnvironment,
    private readonly policy: AuditorPolicy,
  ) {}

  @Get()
  @Query(ListQuery)
  @Answers('DebtList', 'What was made to work without being repaired, the last seen first.', [400])
  async list(@QueryParameters() query: Record<string, unknown>): Promise<DebtList> {
    const { limit, cursor, incident: incidentId, ...filter } = parseQuery(ListQuery, query);
    const now = systemClock.now();
    const limits = limitsOf(this.environment);
    const after = cursor && { lastSeen: cursor.openedAt, id: cursor.id };
    const page = { now: new Date(now), dueMs: limits.dueMs, limit: limit + 1, after };
    const found = await this.store.read((manager) => listDebts(manager, { ...filter, incidentId }, page));
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map((debt) => debtOf(debt, now, limits, ownedBy(this.policy))),
      nextCursor:
        found.length > limit && last !== undefined ? writeCursor({ openedAt: last.lastSeen, id: last.id }) : null,
    };
  }

  /** Recorded before it is answered, and published: what is derived from events can be derived again. */
  @Post(':id')
  @HttpCode(200)
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Body(Change)
  @Answers('Debt', 'The debt as it is now.', [400, 404])
  async change(@Param() parameters: unknown, @RequestBody() body: unknown, @Caller() caller: Identity): Promise<Debt> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const { owner, resolved, by: said, reason } = parseInput(Change, body ?? {});
    const by = whoChanges(caller, said);
    if (owner === undefined && resolved === undefined) {
      throw badRequest('owner', 'owner: expected an owner, or resolved, found neither');
    }
    await this.one(id);
    const at = iso(systemClock.now());
    const changed = { ...(owner !== undefined && { owner }), ...(resolved !== undefined && { resolved }) };
    const event = { id: `${id}/changed/${at}/${by}`, data: { debtId: id, ...changed, by, reason, at } };
    const told = { subject: 'debt.changed', source: this.bus.source, time: at, ...event } as const;
    await this.auditor.take([eventRecord(told, systemClock.now())]);
    await this.bus.publish('debt.changed', { ...event, time: at });
    return await this.one(id);
  }

  private async one(id: string): Promise<Debt> {
    const now = systemClock.now();
    const limits = limitsOf(this.environment);
    const page = { now: new Date(now), dueMs: limits.dueMs, limit: 1 };
    const [debt] = await this.store.read((manager) => listDebts(manager, { id }, page));
    if (debt === undefined) {
      const detail = `expected the id of a debt, found ${id}`;
      throw new ProblemException({ title: 'Not found', status: 404, detail });
    }
    return debtOf(debt, now, limits, ownedBy(this.policy));
  }
}

/** The limits that the environment sets. */
export function limitsOf(environment: AuditorEnvironment): DebtLimits {
  return { dueMs: environment.PRUNELLA_DEBT_DUE, rootCauseAfter: environment.PRUNELLA_ROOT_CAUSE_AFTER };
}
