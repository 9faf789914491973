export { type AddressOptions, type NatsAddress, natsAddress } from './address.ts';
export { Bus, type BusOptions, type Publication } from './bus.ts';
export { type ConsumerObserver, type Consumption, consume } from './consume.ts';
export type { DeadReason } from './dead-letters.ts';
export type { Received } from './delivery.ts';
export type { Replicas } from './ensure.ts';
export { ForeignValue, Postponed, Undeliverable } from './errors.ts';
export { Consumes, type Delivered, JetStreamStrategy } from './jetstream.strategy.ts';
export { type Change, type Entry, JsonBucket } from './kv.ts';
export { type Holder, type LeaseOptions, whileHolding } from './lease.ts';
export { type ConsumerLook, lookAtConsumers, lookAtStream, lookAtStreams, type StreamLook } from './look.ts';
export { type Provisioned, provision } from './provision.ts';
export { type AccountsOptions, accountsConf, USERS, type UserName } from './rights/accounts.ts';
export { allPermissions, inboxOf, type Permissions, permissionsOf } from './rights/permissions.ts';
export {
  CLIENTS,
  type ClientName,
  DOORS,
  type Door,
  PUBLIC_SUBJECTS,
  publishedBy,
  RIGHTS,
  type Rights,
  rightsOf,
} from './rights/rights.ts';
export { answerRollCalls, type Member, type RollCall, type RollCallOptions, rollCall } from './roll-call.ts';
export type { Lane, Scheduled, TimerLog, TimerOutcome, TimersOptions } from './timers/scheduled.ts';
export { Timers } from './timers/timers.ts';
export {
  BUCKETS,
  type BucketName,
  CONSUMERS,
  type ConsumerName,
  DEAD_LETTERS,
  EVENTS,
  EXAMINE,
  EXAMINED,
  GREEN_LOGS,
  ORIGINALS,
  type Origin,
  type ReplyTo,
} from './topology.ts';
