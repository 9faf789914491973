const KEY = 'prunella-shortcuts';

/** Whether shortcuts of one key are wanted: who talks to the machine turns them off. */
export function areShortcutsOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

/** Keeps it for the next time, where storage is on. */
export function keepShortcutsOn(on: boolean): void {
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // It holds until the page is loaded again.
  }
}
