import { Controller, Get, Query } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { Needs, parseInput } from '@prunella/service-kit';
import { type Advice, advise, diffSizeOf } from '@prunella/usage';
import { z } from 'zod';
import { whileSenderWaits } from '../intake/while-sender-waits.ts';
import { UsageBook } from './usage-book.ts';

/** What is asked for; longest as in the contract. */
const Asked = z.strictObject({
  pipeline: z.string().min(1).max(512).describe('As in `pipeline_id` of its events.'),
  repository: z.string().max(512).default('').describe('As in its events.'),
  job: z.string().max(512).default('').describe('Name of a job; absent: the run as a whole.'),
  branch: z.string().max(512).default('').describe('Its own history counts where enough is known of it.'),
  diff_lines: z.coerce.number().int().min(0).optional().describe('Lines that the change adds and removes.'),
});

/** How many CPUs and how much memory the next run should get, by what the ones before it used. */
@Controller('v1/advice')
@Needs('read', 'report')
export class AdviceController {
  constructor(
    private readonly bus: Bus,
    private readonly usage: UsageBook,
  ) {}

  @Get()
  async advice(@Query() query: Record<string, unknown>): Promise<Advice & { branch: string }> {
    const { pipeline, repository, job, branch, diff_lines: lines } = parseInput(Asked, query);
    const diff = diffSizeOf(lines);
    const of = (which: string) =>
      whileSenderWaits(this.bus, async () =>
        advise(await this.usage.of({ repository, pipeline, job, branch: which }), diff),
      );
    if (branch !== '') {
      const own = await of(branch);
      if (own.basis !== 'none') return { ...own, branch };
    }
    return { ...(await of('')), branch: '' };
  }
}
