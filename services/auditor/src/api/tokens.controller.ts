import { Controller, Delete, Get, HttpCode, Param, Post, Body as RequestBody } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { Duration, iso, systemClock } from '@prunella/core';
import {
  ApiTokens,
  Caller,
  type Identity,
  type KeptToken,
  type ListedToken,
  Needs,
  ProblemException,
  parseInput,
  roles,
} from '@prunella/service-kit';
import { z } from 'zod';
import { whoChanges } from '../access/who.ts';
import type { ApiToken, ApiTokenList, NewApiToken } from './answers/access.ts';
import { Answers, Body } from './openapi.ts';
import { By, Text } from './query.ts';

const MOST = 1_000;
const LONGEST_MS = 5 * 366 * 86_400_000;

const Wish = z.strictObject({
  name: Text.regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@/-]{0,127}$/u, 'expected letters, digits, spaces and ._@/-, up to 128')
    .refine((name) => !name.startsWith('slack'), { error: 'expected a name that Slack does not vouch for' })
    .describe('Whose it is: recorded with what is changed with it.'),
  role: z
    .enum(roles)
    .describe('reporter: a pipeline that tells and asks; viewer: looks; operator: changes; admin: lets others in.'),
  expires: Duration.refine((ms) => ms >= 60_000 && ms <= LONGEST_MS, { error: 'expected a duration from 1m to 5y' })
    .optional()
    .describe('For how long it is good, as `90d`. Absent: until it is revoked.'),
  by: By,
  reason: Text.default('').describe('What it is for; it is recorded.'),
});

const Revocation = z.strictObject({ by: By, reason: Text.default('').describe('Why; it is recorded.') });

/** The tokens of the API. */
@Controller('v1/tokens')
@Needs('administer')
export class TokensController {
  constructor(private readonly tokens: ApiTokens) {}

  @Get()
  @Answers(
    'ApiTokenList',
    'The tokens that were given out and not revoked, the oldest first. PRUNELLA_API_TOKEN is not one of them.',
  )
  async list(): Promise<ApiTokenList> {
    return { items: (await this.tokens.list()).map(shown), nextCursor: null };
  }

  @Post()
  @HttpCode(200)
  @Body(Wish)
  @Answers('NewApiToken', 'The token: this is the only time that it is shown.', [400, 409])
  async create(@RequestBody() body: unknown, @Caller() caller: Identity): Promise<NewApiToken> {
    const { name, role, expires, by } = parseInput(Wish, body ?? {});
    const createdBy = whoChanges(caller, by);
    const known = await this.tokens.list();
    if (known.some((each) => each.name === name && !isOver(each))) {
      const detail = `expected a name that no other token has, found ${name}: what is recorded would not say whose it was`;
      throw new ProblemException({ title: 'Taken', status: 409, detail });
    }
    if (known.length >= MOST) {
      throw new ProblemException({
        title: 'Too many',
        status: 409,
        detail: `expected at most ${MOST} tokens: revoke old ones`,
      });
    }
    const expiresAt = expires === undefined ? {} : { expiresAt: iso(systemClock.now() + expires) };
    const { token, kept } = await this.tokens.create({ name, role, createdBy, ...expiresAt });
    return { ...shown(kept), token };
  }

  @Delete(':id')
  @HttpCode(200)
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Body(Revocation)
  @Answers('ApiToken', 'It opens nothing any more.', [400, 404])
  async revoke(
    @Param() parameters: unknown,
    @RequestBody() body: unknown,
    @Caller() caller: Identity,
  ): Promise<ApiToken> {
    const { id } = parseInput(z.object({ id: Text }), parameters);
    whoChanges(caller, parseInput(Revocation, body ?? {}).by);
    const kept = await this.tokens.revoke(id);
    if (kept === undefined) {
      throw new ProblemException({
        title: 'Not found',
        status: 404,
        detail: `expected the id of a token, found ${id}`,
      });
    }
    return shown(kept);
  }
}

function isOver({ expiresAt }: KeptToken): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= systemClock.now();
}

function shown({ id, name, role, createdAt, createdBy, expiresAt, usedAt }: ListedToken): ApiToken {
  return { id, name, role, createdAt, createdBy, expiresAt: expiresAt ?? null, lastUsedAt: usedAt ?? null };
}
