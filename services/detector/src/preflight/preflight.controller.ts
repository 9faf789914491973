import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import type { PreflightAnswer } from '@prunella/policy';
import { parseInput, TokenGuard } from '@prunella/service-kit';
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
@UseGuards(TokenGuard)
export class PreflightController {
  constructor(private readonly dependencies: Dependencies) {}

  @Get()
  async ask(@Query() query: unknown): Promise<PreflightAnswer> {
    return await this.dependencies.preflight(parseInput(Intent, query));
  }
}
