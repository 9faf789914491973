import { Controller, Get, Query } from '@nestjs/common';
import type { PreflightAnswer } from '@prunella/policy';
import { Needs, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import { Dependencies } from './dependencies.ts';

const Text = z.string().max(512).default('');

/** The run that is about to start. Strict: a misspelled name would let it go unasked. */
const Intent = z.strictObject({
  pipeline: z.string().min(1).max(512),
  repository: Text,
  branch: Text,
  environment: Text,
});

/** What a run asks before it starts. */
@Controller('v1/preflight')
@Needs('read', 'report')
export class PreflightController {
  constructor(private readonly dependencies: Dependencies) {}

  @Get()
  async ask(@Query() query: unknown): Promise<PreflightAnswer> {
    return await this.dependencies.preflight(parseInput(Intent, query));
  }
}
