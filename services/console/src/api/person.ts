const KEY = 'prunella-person';

/** Who sits here, as they said the last time; empty: nobody said. */
export function readPerson(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** Keeps the name for the next time, where storage is on. */
export function keepPerson(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // It is asked for again.
  }
}
