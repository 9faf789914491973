import { Controller, Get, HttpCode, Param, Post, Body as RequestBody } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { Bus, type Entry } from '@prunella/bus';
import { iso, messageOf, systemClock, UnreachableError } from '@prunella/core';
import type { KeptBreaker } from '@prunella/policy';
import { Caller, type Identity, ProblemException, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import { whoChanges } from '../access/who.ts';
import type { BreakerClosing, BreakerList } from './answers/learning.ts';
import { Answers, Body } from './openapi.ts';
import { By, Text } from './query.ts';

const Closing = z.strictObject({
  by: By,
  reason: Text.min(1).max(2_048).describe('Why it can be trusted again; it is recorded.'),
});

type Named = KeptBreaker & Required<Pick<KeptBreaker, 'action' | 'platform'>>;

/** Actions that were given a rest because they did not help: the remediator keeps them (ADR 0015). */
@Controller('v1/breakers')
export class BreakersController {
  constructor(private readonly bus: Bus) {}

  @Get()
  @Answers('BreakerList', 'The breakers of all actions whose outcome is known, those that are open first.')
  async list(): Promise<BreakerList> {
    const items = (await this.entries()).map(({ key, value }) => itemOf(key, value));
    return { items: items.sort((a, b) => Number(b.open) - Number(a.open) || (nameOf(a) < nameOf(b) ? -1 : 1)) };
  }

  /** Closes this opening of it. What the remediator learns afterwards may open it again. */
  @Post(':id/close')
  @HttpCode(200)
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Body(Closing)
  @Answers('BreakerClosing', 'It is passed on to the remediator.', [400, 404, 409])
  async close(
    @Param() parameters: unknown,
    @RequestBody() body: unknown,
    @Caller() caller: Identity,
  ): Promise<BreakerClosing> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    const { by: said, reason } = parseInput(Closing, body ?? {});
    const by = whoChanges(caller, said);
    const breaker = (await this.entries()).find(({ key }) => key === id)?.value;
    if (breaker === undefined) {
      throw new ProblemException({
        title: 'Not found',
        status: 404,
        detail: `expected the id of a breaker, found ${id}`,
      });
    }
    const { action, platform, openedAt } = breaker;
    if (openedAt === undefined) {
      const detail = `expected a breaker that is open, found that of ${action} on ${platform}, which is closed`;
      throw new ProblemException({ title: 'Not open', status: 409, detail });
    }
    await this.bus.publish('breaker.closed', {
      // An opening is closed once, however often and by whomever.
      id: `${id}/${openedAt}/closed`,
      data: { breakerId: id, action, platform, openedAt: iso(openedAt), by, reason, at: iso(systemClock.now()) },
    });
    return { id, action, platform, by, reason };
  }

  private async entries(): Promise<Entry<Named>[]> {
    try {
      const bucket = await this.bus.bucket<KeptBreaker>('prunella_breakers');
      return (await bucket.entries()).filter(isNamed);
    } catch (error) {
      throw new UnreachableError(`NATS does not say what breakers there are: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** Those of before it was kept what they are for can't be shown; their next outcome names them. */
function isNamed(entry: Entry<KeptBreaker>): entry is Entry<Named> {
  return entry.value.action !== undefined && entry.value.platform !== undefined;
}

function itemOf(id: string, breaker: Named): BreakerList['items'][number] {
  const { action, platform, failures, openedAt, reason, trial, closed } = breaker;
  return {
    id,
    action,
    platform,
    open: openedAt !== undefined,
    failures,
    openedAt: openedAt === undefined ? null : iso(openedAt),
    reason: reason ?? null,
    trying: trial !== undefined,
    closed: closed === undefined ? null : { ...closed, at: iso(closed.at) },
  };
}

function nameOf({ action, platform }: { action: string; platform: string }): string {
  return `${action} ${platform}`;
}
