let turn: Promise<void> | undefined;

/**
 * Resolves at the end of this turn of the event loop. The client writes to its socket as soon as there is something to write: what is sent right after
 * this, by everybody who waits for it, goes out in one write instead of one each. With nothing else to do it resolves at once.
 */
export function together(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}
