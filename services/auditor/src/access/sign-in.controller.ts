import { randomBytes } from 'node:crypto';
import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Bus } from '@prunella/bus';
import { messageOf, UnreachableError } from '@prunella/core';
import { Public } from '@prunella/service-kit';
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { digestOf, SESSION_MS, Sessions } from './sessions.ts';
import { SINGLE_SIGN_ON, type SignIn, SignInRefused, type SingleSignOn } from './single-sign-on.ts';

/** What is kept of a sign-in that was begun, until the provider sends the browser back. */
interface Begun extends SignIn {
  /** A path of the console. */
  to: string;
  /** Digest of the cookie of the browser that began it: nobody can finish it in somebody else's. */
  browser: string;
}

/** Why somebody is back without being signed in; the console has words for it. */
type Problem = 'refused' | 'expired' | 'no-role' | 'unavailable';

const STEP_MS = 10 * 60_000;

/** Leads browsers to the OpenID provider and back. */
@Controller('auth')
@Public()
@ApiExcludeController()
export class SignInController {
  constructor(
    private readonly bus: Bus,
    private readonly sessions: Sessions,
    @Inject(SINGLE_SIGN_ON) private readonly singleSignOn: SingleSignOn | null,
    private readonly logger: PinoLogger,
  ) {}

  @Get('sign-in')
  async begin(@Query('to') to: unknown, @Res() response: Response): Promise<void> {
    if (this.singleSignOn === null) return back(response, 'unavailable');
    try {
      const [state, browser] = [secret(), secret()];
      const { url, signIn } = await this.singleSignOn.begin(state);
      const bucket = await this.bus.bucket<Begun>('prunella_sign_ins');
      await bucket.put(digestOf(state), { ...signIn, to: localPath(to), browser: digestOf(browser) });
      response.cookie(this.cookie('sign_in'), browser, { ...this.options(), maxAge: STEP_MS });
      response.redirect(303, url.href);
    } catch (error) {
      this.logger.error({ error: messageOf(error) }, 'nobody can sign in');
      back(response, 'unavailable');
    }
  }

  @Get('callback')
  async finish(@Query('state') state: unknown, @Req() request: Request, @Res() response: Response): Promise<void> {
    const begun = await this.take(state);
    const browser = this.read(request, 'sign_in');
    response.clearCookie(this.cookie('sign_in'), this.options());
    if (this.singleSignOn === null || begun === undefined) return back(response, 'expired');
    if (browser === undefined || digestOf(browser) !== begun.browser) return back(response, 'expired');
    try {
      const query = request.originalUrl.split('?').slice(1).join('?');
      const { name, role } = await this.singleSignOn.finish(query, state as string, begun);
      if (role === undefined) {
        this.logger.warn({ name }, 'signed in, and none of their groups has a role here (OIDC_ROLES)');
        return back(response, 'no-role');
      }
      const cookie = await this.sessions.begin({ name, role });
      response.cookie(this.cookie('session'), cookie, { ...this.options(), maxAge: SESSION_MS });
      response.redirect(303, begun.to);
    } catch (error) {
      this.logger.warn({ error: messageOf(error) }, 'a sign-in came to nothing');
      if (!(error instanceof SignInRefused || error instanceof UnreachableError)) throw error;
      back(response, error instanceof SignInRefused ? 'refused' : 'unavailable');
    }
  }

  /** Ends our session; that of the provider goes on. */
  @Post('sign-out')
  @HttpCode(204)
  async end(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const cookie = this.read(request, 'session');
    if (cookie !== undefined) await this.sessions.end(cookie);
    response.clearCookie(this.cookie('session'), this.options());
  }

  /** What was begun under this state; it can be finished once. */
  private async take(state: unknown): Promise<Begun | undefined> {
    if (typeof state !== 'string' || state === '') return undefined;
    const bucket = await this.bus.bucket<Begun>('prunella_sign_ins');
    const entry = await bucket.get(digestOf(state));
    if (entry === undefined) return undefined;
    return (await bucket.delete(entry.key, entry.revision)) ? entry.value : undefined;
  }

  private read(request: Request, name: CookieName): string | undefined {
    return parseCookie(request.headers.cookie ?? '')[this.cookie(name)];
  }

  private cookie(name: CookieName): string {
    return cookieName(name, this.isSecure());
  }

  private options(): CookieOptions {
    return { httpOnly: true, sameSite: 'lax', path: '/', secure: this.isSecure() };
  }

  private isSecure(): boolean {
    return this.singleSignOn?.isSecure ?? false;
  }
}

type CookieName = 'session' | 'sign_in';

/** With `__Host-` no other host of the same domain can set it. */
export function cookieName(name: CookieName, isSecure: boolean): string {
  return `${isSecure ? '__Host-' : ''}prunella_${name}`;
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function back(response: Response, problem: Problem): void {
  response.redirect(303, `/?sign-in=${problem}`);
}

/** A path of our own, or the first page: nobody is led elsewhere by a link to us. */
export function localPath(to: unknown): string {
  const here = 'http://here.invalid';
  if (typeof to !== 'string' || !to.startsWith('/') || !URL.canParse(to, here)) return '/';
  const { origin, pathname, search } = new URL(to, here);
  return origin === here && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
