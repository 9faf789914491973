import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Probe, ProbeResult } from '@prunella/core';
import { failure } from './failure.ts';

export interface HttpTarget {
  kind: 'http';
  url: string;
  /** Absent: 200 to 299. */
  expect?: number | readonly number[] | undefined;
  /** The environment variable with the bearer token. */
  tokenFrom?: string | undefined;
}

/** A GET over a connection of its own; the body is not read, and no redirect is followed. */
export const http: Probe<HttpTarget> = {
  async probe({ url, expect, tokenFrom }, secret, signal) {
    const token = tokenFrom === undefined ? undefined : secret(tokenFrom);
    if (tokenFrom !== undefined && token === undefined) return { kind: 'no-data', why: `${tokenFrom} is not set` };
    const shown = shownUrl(url);
    try {
      const { status } = await get(url, token === undefined ? {} : { authorization: `Bearer ${token}` }, signal);
      return verdict(shown, status, expect);
    } catch (error) {
      return failure(error, shown, signal);
    }
  },
};

function verdict(shown: string, status: number, expect: HttpTarget['expect']): ProbeResult {
  const wanted = expect === undefined ? undefined : [expect].flat();
  if (wanted === undefined ? status >= 200 && status < 300 : wanted.includes(status)) {
    return { kind: 'ok', says: `${shown} answered HTTP ${status}` };
  }
  const redirect = status >= 300 && status < 400 ? ' (redirects are not followed)' : '';
  return {
    kind: 'failed',
    says: `${shown} answered HTTP ${status}${redirect}, expected ${wanted?.join(' or ') ?? '200 to 299'}`,
  };
}

/** The head of the answer. Throws what Node throws. */
export function get(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
  const request = url.startsWith('https:') ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    // Without an agent: a connection that is kept would say nothing of whether new ones can be made.
    const asked = request(
      url,
      { agent: false, signal, headers: { 'user-agent': 'prunella', ...headers } },
      (answer) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
        answer.destroy();
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** Without what may be secret. */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'the address' : `${parsed.origin}${parsed.pathname}`;
}
