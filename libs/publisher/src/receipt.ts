import type { Publishable } from './draft.ts';

/** Why an event is not in the stream. */
export type DropReason =
  /** It does not fit the contract; `detail` names the field. */
  | 'invalid'
  /** More wait than there is room for. */
  | 'buffer-full'
  /** It waited longer than `keepMs`. */
  | 'too-old'
  /** The server does not take it, now or later: it is too large. */
  | 'refused'
  /** The publisher was closed before it was acknowledged. It may have got there all the same. */
  | 'closed';

/** What became of an event. */
export type Receipt =
  /** `duplicate`: it was there before. */
  | { stored: true; id: string; duplicate: boolean }
  | { stored: false; id: string; subject: Publishable; reason: DropReason; detail: string };

export type Dropped = Extract<Receipt, { stored: false }>;
