import { codeOf, type HealthReading, messageOf } from '@prunella/core';

export interface HealthCheck {
  url: string;
  /** The HTTP status of a healthy service. */
  expect: number;
}

const LONGEST_MS = 5_000;
const MOST_REDIRECTS = 3;
/** These say that nobody was asked, and so nothing about the service. */
const NOBODY_ASKED: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

/**
 * Asks a service how it is. A service that refuses the connection or does not answer in time is unhealthy; a name that can't be
 * resolved or a network that can't be reached says nothing. Redirects are followed on the same host only, the body is not read.
 * Throws nothing.
 */
export async function probeHealth({ url, expect }: HealthCheck, signal: AbortSignal): Promise<HealthReading> {
  const timeout = AbortSignal.timeout(LONGEST_MS);
  const shown = shownUrl(url);
  try {
    const status = await statusOf(url, expect, AbortSignal.any([signal, timeout]));
    return status === expect
      ? { kind: 'healthy' }
      : { kind: 'unhealthy', says: `${shown} answered HTTP ${status}, expected ${expect}` };
  } catch (error) {
    if (timeout.aborted) return { kind: 'unhealthy', says: `${shown} did not answer within ${LONGEST_MS / 1_000} s` };
    if (signal.aborted) return { kind: 'no-data', why: `${shown} was not asked to the end` };
    const code = codeOf(error);
    if (code === undefined || NOBODY_ASKED.has(code)) {
      return { kind: 'no-data', why: `${shown} can't be asked from here: ${code ?? messageOf(error)}` };
    }
    return { kind: 'unhealthy', says: `${shown} does not answer: ${code}` };
  }
}

async function statusOf(url: string, expect: number, signal: AbortSignal): Promise<number> {
  const { host } = new URL(url);
  for (let at = url, redirects = 0; ; redirects++) {
    const response = await fetch(at, { redirect: 'manual', signal });
    await response.body?.cancel();
    const { status } = response;
    const location = response.headers.get('location');
    if (status === expect || status < 300 || status > 399 || location === null) return status;
    const next = URL.parse(location, at);
    if (next === null || next.host !== host || redirects === MOST_REDIRECTS) return status;
    at = next.href;
  }
}

/** Without what may be secret. */
function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'the health check' : `${parsed.origin}${parsed.pathname}`;
}
