export { addition, changeOf, type Wish } from './change.ts';
export { type Entry, entryId, isInForce, USUAL_EXPIRY, USUAL_EXPIRY_MS, USUAL_GREENS } from './entry.ts';
export { fold, newest } from './fold.ts';
export { greensInARow, neededGreens, type RunResult } from './release.ts';
