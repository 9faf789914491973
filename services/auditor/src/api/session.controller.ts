import { Controller, Get, Inject, Req } from '@nestjs/common';
import { Access, Public } from '@prunella/service-kit';
import type { Request } from 'express';
import { SINGLE_SIGN_ON, type SingleSignOn } from '../access/single-sign-on.ts';
import type { CurrentSession } from './answers/access.ts';
import { Answers } from './openapi.ts';

/** Who the caller is to us. */
@Controller('v1/session')
@Public()
export class SessionController {
  constructor(
    private readonly access: Access,
    @Inject(SINGLE_SIGN_ON) private readonly singleSignOn: SingleSignOn | null,
  ) {}

  @Get()
  @Answers('CurrentSession', 'Who you are, and what you may do.')
  async current(@Req() request: Request): Promise<CurrentSession> {
    const identity = await this.access.identify(request);
    return {
      name: identity?.name ?? null,
      role: identity?.role ?? null,
      by: identity?.by ?? null,
      singleSignOn: this.singleSignOn !== null,
    };
  }
}
