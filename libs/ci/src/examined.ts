import { bad, type Finding, note, ok, ProviderError } from '@prunella/core';

/** Whoever has to ask for a new token needs some days. */
const SOON_MS = 14 * 86_400_000;

/** What a platform's answer to the first question says where it is none. @param set names the settings that say who we are. */
export function refusedFinding(
  name: string,
  error: unknown,
  set: { credentials: string; address: string },
  docs: string,
): Finding {
  if (!(error instanceof ProviderError)) throw error;
  const { problem, detail } = error;
  switch (problem) {
    case 'unauthenticated':
      return bad(
        name,
        `it is not taken: ${detail}`,
        `set ${set.credentials} to one that is valid, and start the service again`,
        docs,
      );
    case 'forbidden':
      return bad(name, detail, `give ${set.credentials} the rights that ${docs} lists`, docs);
    case 'rate-limited':
      return note(
        name,
        `the rate limit is spent: ${detail}`,
        'wait, or use credentials of their own for Prunella',
        docs,
      );
    default:
      return bad(name, detail, `mend ${set.address}, or the way there (proxy, firewall, certificate)`, docs);
  }
}

/** When credentials end; none: they do not, or it is not said. @param end ISO 8601 or anything that `Date` reads. */
export function expiryFindings(name: string, end: string | null | undefined, now: number, docs: string): Finding[] {
  const at = Date.parse(end ?? '');
  if (Number.isNaN(at)) return [];
  const day = new Date(at).toISOString().slice(0, 10);
  if (at <= now) return [bad(name, `it ended on ${day}`, 'make a new one, and start the service again', docs)];
  return at - now < SOON_MS
    ? [note(name, `it ends on ${day}`, 'make a new one before that', docs)]
    : [ok(name, `it is good until ${day}`)];
}
