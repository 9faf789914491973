import { Controller, Get, HttpCode, Inject, Post, Query as QueryParameters, Body as RequestBody } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { actionTypes, type StandingChanged } from '@prunella/contracts';
import { systemClock } from '@prunella/core';
import { Caller, type Identity, ProblemException, parseInput } from '@prunella/service-kit';
import { listConfidence, listStandingChanges, Store } from '@prunella/store';
import { z } from 'zod';
import { whoChanges } from '../access/who.ts';
import { AuditorPolicy } from '../auditor-policy.ts';
import { samplesOf } from '../learn/beliefs.ts';
import { evidenceFor } from '../learn/evidence-for.ts';
import { changeByHand } from '../learn/standings.ts';
import { reliabilityReport } from '../report/reports.ts';
import type { ConfidenceEvidence, ConfidenceList, StandingChange, StandingChangeList } from './answers/learning.ts';
import type { ReliabilityReport } from './answers/reliability.ts';
import { Cursor, writeCursor } from './cursor.ts';
import { Answers, Body, Query } from './openapi.ts';
import { By, parseQuery, rangeOf, Text, Time } from './query.ts';

const MONTH_MS = 30 * 86_400_000;

const ChangesQuery = z.object({
  decidedBy: Text.optional().describe('Exactly this one, as `rule:connection-timeout`.'),
  action: z.enum(actionTypes).optional().describe('Exactly this action.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most changes on a page.'),
  cursor: Cursor.optional().describe('`nextCursor` of the page before.'),
});

const ReliabilityQuery = z.object({
  from: Time.optional().describe('Actions at or after this time. Default: 30 days before `to`.'),
  to: Time.optional().describe('Actions before this time. Default: now.'),
  action: z.enum(actionTypes).optional().describe('Only this action.'),
});
const EvidenceQuery = z.object({
  decidedBy: Text.min(1).max(256).describe('As `rule:connection-timeout`.'),
  action: z.enum(actionTypes),
});

const Wish = z.strictObject({
  decidedBy: Text.min(1).max(256).describe('As `rule:connection-timeout`.'),
  action: z.enum(actionTypes),
  standing: z
    .enum(['trusted', 'demoted', 'automatic'])
    .describe(
      '`trusted`: its own word counts whatever its outcomes; `demoted`: only recommended; `automatic`: by its outcomes again.',
    ),
  by: By.refine((by) => by !== 'prunella', { error: 'expected the name of a person, found prunella' }),
  reason: Text.min(1).max(512).describe('Why; it is recorded.'),
});

/** What was learnt, and how far it is trusted. */
@Controller('v1/confidence')
export class ConfidenceController {
  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly bus: Bus,
    private readonly policy: AuditorPolicy,
  ) {}

  @Get()
  @Answers('ConfidenceList', 'What was learnt of each rule and action.')
  async list(): Promise<ConfidenceList> {
    const rows = await this.store.read(listConfidence);
    return {
      items: rows.map((row) => ({
        decidedBy: row.decidedBy,
        action: row.action,
        prior: row.prior,
        mean: row.mean,
        lower: row.lower,
        healed: row.healed,
        ineffective: row.ineffective,
        harmful: row.harmful,
        samples: samplesOf(row),
        weight: row.weight,
        standing: row.standing,
        pinned: row.pinned,
        why: row.standingEvent?.reason ?? null,
        since: row.standingEvent?.at ?? null,
        updatedAt: row.updatedAt.toISOString(),
      })),
    };
  }

  @Get('changes')
  @Query(ChangesQuery)
  @Answers('StandingChangeList', 'Demotions and promotions with their evidence, the newest first.', [400])
  async changes(@QueryParameters() query: Record<string, unknown>): Promise<StandingChangeList> {
    const { limit, cursor, ...filter } = parseQuery(ChangesQuery, query);
    const after = cursor && { at: cursor.openedAt, id: cursor.id };
    const found = await this.store.read((manager) => listStandingChanges(manager, filter, { limit: limit + 1, after }));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ change }) => changeItem(change)),
      nextCursor: found.length > limit && last !== undefined ? writeCursor({ openedAt: last.at, id: last.id }) : null,
    };
  }

  @Get('reliability')
  @Query(ReliabilityQuery)
  @Answers('ReliabilityReport', 'Whether actions healed as often as was said when they were decided.', [400])
  async reliability(@QueryParameters() query: Record<string, unknown>): Promise<ReliabilityReport> {
    const { action, ...given } = parseQuery(ReliabilityQuery, query);
    return await reliabilityReport({ store: this.store }, rangeOf(given, MONTH_MS, systemClock.now()), action);
  }

  @Get('evidence')
  @Query(EvidenceQuery)
  @Answers('ConfidenceEvidence', 'What the belief about one rule and action stands on.', [400, 404])
  async evidence(@QueryParameters() query: Record<string, unknown>): Promise<ConfidenceEvidence> {
    const key = parseQuery(EvidenceQuery, query);
    const policy = this.policy.current;
    const found = await this.store.read((manager) => evidenceFor(manager, key, systemClock.now(), policy));
    if (found !== undefined) return found;
    throw new ProblemException({
      title: 'Not found',
      status: 404,
      detail: `expected a rule or model and an action of it that something was learnt of, found ${key.decidedBy} and ${key.action}`,
    });
  }

  /** Demotes, promotes or pins by hand. */
  @Post('standing')
  @HttpCode(200)
  @Body(Wish)
  @Answers('StandingChange', 'It stands so from now on.', [400])
  async change(@RequestBody() body: unknown, @Caller() caller: Identity): Promise<StandingChange> {
    const { by, ...given } = parseInput(Wish, body ?? {});
    const wish = { ...given, by: whoChanges(caller, by) };
    const settings = { source: this.bus.source, policy: () => this.policy.current };
    return changeItem(
      await this.store.transaction((transaction) => changeByHand(transaction, wish, systemClock.now(), settings)),
    );
  }
}

function changeItem({ windowFrom, samples: _, ...change }: StandingChanged): StandingChange {
  return { ...change, windowFrom: windowFrom ?? null };
}
