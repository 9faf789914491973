import { ConfigError, isSlackPerson, messageOf, UnreachableError } from '@prunella/core';
import { AddressRefused, outgoing, type Rule, redirectOrigins } from '@prunella/http';
import { type CommonEnvironment, isLoopback, type Role } from '@prunella/service-kit';
import * as client from 'openid-client';
import type { AuditorEnvironment } from '../environment.ts';
import { roleOf } from './role-of.ts';

type SignInEnvironment = AuditorEnvironment & Partial<Pick<CommonEnvironment, 'PRUNELLA_REDIRECT_ORIGINS'>>;

const TIMEOUT_S = 10;
const LONGEST_NAME = 256;

/** Injection token of the SingleSignOn; null: none is configured. */
export const SINGLE_SIGN_ON = Symbol('single sign-on');

/** What must be remembered between leaving for the provider and coming back. */
export interface SignIn {
  verifier: string;
  nonce: string;
}

/** The provider vouches for somebody. */
export interface Person {
  name: string;
  /** undefined: none of their groups has one. */
  role: Role | undefined;
}

/** The provider did not let somebody in, or what came back does not fit what was begun. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
}

/**
 * Sign-in by OpenID Connect: authorization code flow with PKCE, as https://openid.net/specs/openid-connect-core-1_0.html and RFC 9700 say.
 */
export class SingleSignOn {
  private discovered: Promise<client.Configuration> | undefined;
  /** Its endpoints stand in what it publishes, and may be on other hosts of its. */
  private readonly rule: Rule;

  private constructor(
    private readonly environment: SignInEnvironment,
    private readonly issuer: URL,
    private readonly clientId: string,
    /** Where the provider sends people back to. */
    readonly redirectUri: string,
  ) {
    this.rule = { home: issuer.href, elsewhere: 'public', also: redirectOrigins(environment), isShown: true };
  }

  /** @returns undefined: it is not configured. @throws ConfigError when only half of it is. */
  static from(environment: SignInEnvironment): SingleSignOn | undefined {
    const { OIDC_ISSUER, OIDC_CLIENT_ID, PRUNELLA_PUBLIC_URL } = environment;
    if (OIDC_ISSUER === undefined) return undefined;
    if (OIDC_CLIENT_ID === undefined || PRUNELLA_PUBLIC_URL === undefined) {
      const missing =
        OIDC_CLIENT_ID === undefined
          ? 'OIDC_CLIENT_ID'
          : 'PRUNELLA_PUBLIC_URL, the address at which browsers find the console,';
      throw new ConfigError(`OIDC_ISSUER is set and ${missing} is not: set both, or neither`);
    }
    const issuer = new URL(OIDC_ISSUER);
    if (issuer.protocol !== 'https:' && !isLoopback(issuer.hostname)) {
      throw new ConfigError(
        `OIDC_ISSUER: expected an https:// address, found ${issuer.protocol}//: it vouches for people`,
      );
    }
    return new SingleSignOn(environment, issuer, OIDC_CLIENT_ID, new URL('/auth/callback', PRUNELLA_PUBLIC_URL).href);
  }

  /** Whether browsers come by HTTPS. */
  get isSecure(): boolean {
    return this.redirectUri.startsWith('https:');
  }

  /** Where to send the browser. Throws UnreachableError. */
  async begin(state: string): Promise<{ url: URL; signIn: SignIn }> {
    const configuration = await this.configuration();
    const signIn = { verifier: client.randomPKCECodeVerifier(), nonce: client.randomNonce() };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      scope: this.environment.OIDC_SCOPES,
      state,
      nonce: signIn.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(signIn.verifier),
      code_challenge_method: 'S256',
    });
    return { url, signIn };
  }

  /**
   * Who came back.
   *
   * @param query of the address that the provider sent the browser to.
   * @throws SignInRefused, UnreachableError.
   */
  async finish(query: string, state: string, { verifier, nonce }: SignIn): Promise<Person> {
    const configuration = await this.configuration();
    const current = new URL(this.redirectUri);
    current.search = query;
    const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state, idTokenExpected: true };
    const granted = await client.authorizationCodeGrant(configuration, current, checks).catch(refused);
    const claims = granted.claims() as client.IDToken;
    const more = await this.userInfo(configuration, granted.access_token, claims);
    return { name: nameOf(more), role: roleOf(more[this.environment.OIDC_ROLE_CLAIM], this.environment.OIDC_ROLES) };
  }

  /** Many providers put groups and addresses only there. */
  private async userInfo(
    configuration: client.Configuration,
    accessToken: string,
    claims: client.IDToken,
  ): Promise<Record<string, unknown>> {
    const isWhole = claims[this.environment.OIDC_ROLE_CLAIM] !== undefined && claims['email'] !== undefined;
    if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
    const info = await client.fetchUserInfo(configuration, accessToken, claims.sub).catch(refused);
    return { ...claims, ...info };
  }

  private async configuration(): Promise<client.Configuration> {
    const insecure = this.issuer.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : {};
    const send = outgoing(this.rule);
    const options: client.DiscoveryRequestOptions = {
      timeout: TIMEOUT_S,
      ...insecure,
      [client.customFetch]: (url, init) => send(url, init as RequestInit),
    };
    this.discovered ??= client.discovery(
      this.issuer,
      this.clientId,
      this.environment.OIDC_CLIENT_SECRET,
      undefined,
      options,
    );
    return await this.discovered.catch((error: unknown) => {
      // asked again next time
      this.discovered = undefined;
      throw new UnreachableError(
        `the OpenID provider ${this.issuer.href} does not answer as one: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    });
  }
}

/** The address where it is verified, else what they are called there, else the provider's own id of them. */
function nameOf(claims: Record<string, unknown>): string {
  const { email, email_verified: verified, preferred_username: called, sub } = claims;
  const name = [verified === false ? undefined : email, called, sub].find(
    (each) => typeof each === 'string' && each !== '',
  );
  const text = String(name).slice(0, LONGEST_NAME);
  if (isSlackPerson(text)) throw new SignInRefused(`expected a name that does not begin with slack:, found ${text}`);
  return text;
}

function refused(error: unknown): never {
  const elsewhere = AddressRefused.in(error);
  if (elsewhere !== undefined) {
    throw new UnreachableError(`the OpenID provider can't be asked: ${elsewhere.message}`, { cause: error });
  }
  const isNetwork = error instanceof TypeError || (error as { name?: unknown }).name === 'TimeoutError';
  if (isNetwork)
    throw new UnreachableError(`the OpenID provider did not answer: ${messageOf(error)}`, { cause: error });
  throw new SignInRefused(messageOf(error), { cause: error });
}
