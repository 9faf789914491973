export type { Draft, Publishable } from './draft.ts';
export { eventId, type Told } from './event-id.ts';
export { type How, openPublisher, type Publisher, type PublisherOptions, type Summary } from './publisher.ts';
export type { Dropped, DropReason, Receipt } from './receipt.ts';
