import { readZone, type ZoneChoice } from '../model/zone.ts';

const KEY = 'prunella-time-zone';

const listeners = new Set<() => void>();
let current: ZoneChoice = readZone(kept());

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function getZone(): ZoneChoice {
  return current;
}

/** Keeps it for the next time where storage is on, and shows it everywhere now. */
export function chooseZone(choice: ZoneChoice): void {
  current = readZone(choice);
  try {
    localStorage.setItem(KEY, current);
  } catch {
    // It holds until the page is loaded again.
  }
  for (const listener of listeners) listener();
}

/** Also tells of what is chosen in another tab. */
export function onZone(listener: () => void): () => void {
  const elsewhere = ({ key }: StorageEvent) => {
    if (key !== KEY) return;
    current = readZone(kept());
    listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', elsewhere);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', elsewhere);
  };
}
