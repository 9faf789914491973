import { z } from 'zod';

/** What an examination found. Parsed where it comes from another process. */
export const Finding = z.object({
  /** What was looked at, e.g. `GitHub token`. */
  name: z.string().max(200),
  /** `note`: it works, but a person should know. `bad`: something does not work until it is mended. */
  state: z.enum(['ok', 'note', 'bad']),
  /** What is the case. Never a secret. */
  found: z.string().max(2_000),
  /** What to do about it; absent: there is nothing to do. */
  mend: z.string().max(2_000).optional(),
  /** The page that tells more, as a path in the repository: `docs/guide/github.md`. */
  docs: z.string().max(200).optional(),
});
export type Finding = z.infer<typeof Finding>;

const LONGEST = 2_000;

export function ok(name: string, found: string): Finding {
  return { name, state: 'ok', found: cut(found) };
}

export function note(name: string, found: string, mend: string, docs?: string): Finding {
  return { name, state: 'note', found: cut(found), mend: cut(mend), ...(docs !== undefined && { docs }) };
}

export function bad(name: string, found: string, mend: string, docs?: string): Finding {
  return { name, state: 'bad', found: cut(found), mend: cut(mend), ...(docs !== undefined && { docs }) };
}

/** What must be mended first comes first; what is alike stays in its order. */
export function worstFirst<F extends Pick<Finding, 'state'>>(findings: readonly F[]): F[] {
  return findings.toSorted((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
}

const STATES: readonly Finding['state'][] = ['bad', 'note', 'ok'];

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
