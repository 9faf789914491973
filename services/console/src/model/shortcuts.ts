/** What a shortcut does. */
export type ShortcutAction = { kind: 'go'; to: string } | { kind: 'help' | 'search' | 'next' | 'previous' };

export interface Shortcut {
  /** The keys one after the other, as `KeyboardEvent.key` names them. */
  keys: readonly string[];
  says: string;
  action: ShortcutAction;
}

/** A page that has a key of its own. */
interface KeyedPage {
  to: string;
  title: string;
  /** Absent: only navigation leads there. */
  key?: string;
}

/** All shortcuts: those of lists and search, and `g` with a page's key for each page. */
export function shortcutsOf(pages: readonly KeyedPage[]): Shortcut[] {
  return [
    { keys: ['?'], says: 'Show this list', action: { kind: 'help' } },
    { keys: ['/'], says: 'Search', action: { kind: 'search' } },
    { keys: ['j'], says: 'Next in the list', action: { kind: 'next' } },
    { keys: ['k'], says: 'Previous in the list', action: { kind: 'previous' } },
    ...pages.flatMap(({ to, title, key }): Shortcut[] =>
      key === undefined ? [] : [{ keys: ['g', key], says: `Go to ${title}`, action: { kind: 'go', to } }],
    ),
  ];
}

/** So long after its first key the second one of a shortcut counts. */
export const SECOND_KEY_MS = 1_500;

/** Tells which shortcut was pressed: give it each key with the time in ms. */
export function createKeyReader(
  shortcuts: readonly Shortcut[],
): (key: string, at: number) => ShortcutAction | undefined {
  let first: { key: string; at: number } | undefined;
  return (key, at) => {
    const before = first !== undefined && at - first.at <= SECOND_KEY_MS ? first.key : undefined;
    first = undefined;
    const pressed = before === undefined ? [key] : [before, key];
    const found = shortcuts.find(({ keys }) => keys.join(' ') === pressed.join(' '));
    if (
      found === undefined &&
      before === undefined &&
      shortcuts.some(({ keys }) => keys.length > 1 && keys[0] === key)
    ) {
      first = { key, at };
    }
    return found?.action;
  };
}

/** The place in a list of `count` after a step from `current`; -1 as `current`: none is. It stays at the ends; -1: the list is empty. */
export function stepInList(current: number, count: number, by: 1 | -1): number {
  if (count === 0) return -1;
  if (current < 0) return 0;
  return Math.min(count - 1, Math.max(0, current + by));
}
