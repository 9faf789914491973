import { Controller, Get, Header, Param } from '@nestjs/common';
import { ProblemException } from '@prunella/service-kit';
import { Originals } from './originals.ts';

/** What an event was made of, for people who want to see it. */
@Controller('v1/originals')
export class OriginalsController {
  constructor(private readonly originals: Originals) {}

  @Get(':id')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('x-content-type-options', 'nosniff')
  async one(@Param('id') id: string): Promise<string> {
    const text = /^[0-9a-f]{40}$/.test(id) ? await this.originals.find(id) : undefined;
    if (text !== undefined) return text;
    throw new ProblemException({
      title: 'Not found',
      status: 404,
      detail: `no original ${id.slice(0, 80)}: expected the originalId of an event that is not older than 14 days`,
    });
  }
}
