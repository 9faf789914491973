import { type Finding, note, ok } from '@prunella/core';
import type { Policy } from '@prunella/policy';

/** What the policy lets it do, in a word. Pure. */
export function modeFindings({ mode, pipelines }: Pick<Policy, 'mode' | 'pipelines'>): Finding[] {
  const modes = new Set([mode ?? 'recommend', ...pipelines.map((entry) => entry.mode ?? mode ?? 'recommend')]);
  const listed = [...modes].sort().join(', ');
  if (modes.has('act') || modes.has('approve')) return [ok('mode', `the policy knows ${listed}`)];
  const found = `the policy knows ${listed} only: nothing is healed`;
  return [
    note(
      'mode',
      found,
      'when its recommendations are right, write mode: approve, then act, for some pipelines',
      'docs/reference/policy.md',
    ),
  ];
}

/** Links in notes must lead somewhere. Pure. */
export function publicUrlFinding(url: string): Finding {
  const { hostname } = new URL(url);
  return /^(?:localhost|127\..*|\[::1\])$/.test(hostname)
    ? note(
        'links',
        `PRUNELLA_PUBLIC_URL is ${url}: links in notes work on this machine only`,
        'set it to the address at which people find the console',
      )
    : ok('links', `they lead to ${url}`);
}
