import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { messageOf, PrunellaError, systemClock, UnreachableError } from '@prunella/core';
import { parseRulePack, type RulePack, RulePackError } from '@prunella/rules';
import { badRequest, Needs, ProblemException } from '@prunella/service-kit';
import { StoredGreenLogs } from '../green/green-logs.ts';
import { type Trial, tryRules } from './try-rules.ts';

/** More rules at a time make an answer that nobody reads. */
const MOST_RULES = 100;
/** All stored logs are some gigabytes at most. */
const WITHIN_MS = 60_000;

/** Tries rules on the stored logs of jobs that passed; nothing is stored, and the rules in use stay as they are. */
@Controller('v1/rules')
@Needs('read')
export class TryController {
  private busy = false;

  constructor(private readonly green: StoredGreenLogs) {}

  /** A pack of rules as YAML, whatever the content type. */
  @Post('try')
  @HttpCode(200)
  async try(@Req() request: { body: unknown }): Promise<Trial> {
    const pack = readPack(request.body);
    if (this.busy) {
      const detail = 'rules are being tried already; try again when that is done, a minute from now at most';
      throw new ProblemException({ title: 'Too many requests', status: 429, detail });
    }
    this.busy = true;
    try {
      return await tryRules(pack, this.green.all(), { clock: systemClock, withinMs: WITHIN_MS });
    } catch (error) {
      if (error instanceof PrunellaError) throw error;
      throw new UnreachableError(`the stored green logs can't be read: ${messageOf(error)}`, { cause: error });
    } finally {
      this.busy = false;
    }
  }
}

function readPack(body: unknown): RulePack {
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw badRequest('body', 'body: expected a pack of rules as YAML, found nothing');
  }
  const pack = parsed(body.toString('utf8'));
  if (pack.rules.length > MOST_RULES) {
    throw badRequest('body', `body: expected at most ${MOST_RULES} rules, found ${pack.rules.length}`);
  }
  return pack;
}

function parsed(yaml: string): RulePack {
  try {
    return parseRulePack('body', yaml);
  } catch (error) {
    if (error instanceof RulePackError) throw badRequest('body', error.message);
    throw error;
  }
}
