import { stepInList } from '../model/shortcuts.ts';

const TYPING =
  'input, textarea, select, [contenteditable=""], [contenteditable="true"], [role="combobox"], [role="listbox"]';
/** The box of a page that `/` leads into; give it this attribute. */
const SEARCH = 'main [data-search]';
/** What `j` and `k` go through: the link of each item of a list, which has this attribute, and the first thing in each row of a table that can be pressed. */
const ITEMS = 'main [data-list-item], main tbody > tr';
const PRESSED = 'a[href], button:not(:disabled)';

/** Whether keys go into a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null;
}

/** Whether something is open that has the keyboard to itself. */
export function hasDialog(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]') !== null;
}

/** @returns false: this page has nothing to search in. */
export function focusSearch(): boolean {
  const box = document.querySelector<HTMLInputElement>(SEARCH);
  box?.focus();
  box?.select();
  return box !== null;
}

/** Leaves the search box, so that the shortcuts are heard again. */
export function leaveSearch(target: EventTarget | null): void {
  if (target instanceof HTMLElement && target.matches(SEARCH)) target.blur();
}

/** Goes to the next or previous item of the lists of the page; the browser scrolls to it, and Enter opens it. */
export function stepThroughList(by: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>(ITEMS)]
    .map((item) => (item.matches('tr') ? item.querySelector<HTMLElement>(PRESSED) : item))
    .filter((item) => item !== null);
  const current = items.indexOf(document.activeElement as HTMLElement);
  const next = items[stepInList(current, items.length, by)];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
}
