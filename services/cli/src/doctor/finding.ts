/** What one check found. */
export interface Finding {
  /** What was looked at. */
  name: string;
  /** `note`: works, but a person should know. */
  state: 'ok' | 'note' | 'bad';
  /** What is the case. */
  found: string;
  /** What to do about it; absent when there is nothing to do. */
  mend?: string;
}

export function ok(name: string, found: string): Finding {
  return { name, state: 'ok', found };
}

export function note(name: string, found: string, mend: string): Finding {
  return { name, state: 'note', found, mend };
}

export function bad(name: string, found: string, mend: string): Finding {
  return { name, state: 'bad', found, mend };
}
