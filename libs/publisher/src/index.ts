export type { Draft, Publishable } from './draft.ts';
export { eventId, type Told } from './event-id.ts';
export {
  type Dropped,
  type DropReason,
  type How,
  openPublisher,
  type Publisher,
  type PublisherOptions,
  type Receipt,
  type Summary,
} from './publisher.ts';
