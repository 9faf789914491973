const KEY = 'prunella-api-token';

type Listener = () => void;
const listeners = new Set<Listener>();
let memory: string | null = null;
let refused = false;

/** The token for this tab, or null when none was needed so far. */
export function readToken(): string | null {
  try {
    return sessionStorage.getItem(KEY) ?? memory;
  } catch {
    return memory;
  }
}

/** Keeps the token until the tab is closed (in memory only where storage is off). */
export function keepToken(token: string): void {
  memory = token;
  refused = false;
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // The copy in memory serves until the page is loaded again.
  }
  tell();
}

/** The API answered 401: the page asks for a token. */
export function tokenRefused(): void {
  if (refused) return;
  refused = true;
  tell();
}

/** Whether a token has to be asked for. */
export function isTokenNeeded(): boolean {
  return refused;
}

export function onTokenChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
