import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { Access, ENVIRONMENT } from '@prunella/service-kit';
import { parseCookie } from 'cookie';
import type { AuditorEnvironment } from '../environment.ts';
import { Sessions } from './sessions.ts';
import { cookieName, SignInController } from './sign-in.controller.ts';
import { SINGLE_SIGN_ON, SingleSignOn } from './single-sign-on.ts';

/** Lets in those who are signed in, once there is a provider to sign in with. */
@Injectable()
class SessionAccess implements OnModuleInit {
  constructor(
    private readonly access: Access,
    private readonly sessions: Sessions,
    @Inject(SINGLE_SIGN_ON) private readonly singleSignOn: SingleSignOn | null,
  ) {}

  onModuleInit(): void {
    if (this.singleSignOn === null) return;
    const name = cookieName('session', this.singleSignOn.isSecure);
    this.access.add(async ({ headers }) => {
      const cookie = parseCookie(headers.cookie ?? '')[name];
      const session = cookie === undefined ? undefined : await this.sessions.find(cookie);
      return session && { name: session.name, role: session.role, by: 'session' };
    });
  }
}

/** Sign-in and sessions. */
@Module({
  controllers: [SignInController],
  providers: [
    { provide: Sessions, inject: [Bus], useFactory: (bus: Bus) => new Sessions(bus) },
    {
      provide: SINGLE_SIGN_ON,
      inject: [ENVIRONMENT],
      useFactory: (environment: AuditorEnvironment) => SingleSignOn.from(environment) ?? null,
    },
    SessionAccess,
  ],
  exports: [SINGLE_SIGN_ON],
})
export class AccessModule {}
