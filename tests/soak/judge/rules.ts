/**
 * What each measure may do while the load stays the same, and why. The first rule that matches counts; a measure without a rule is an error, so that nothing is watched and never judged.
 * `least` is in the unit of the measure: less than that over the whole judged stretch (for `grows`: over half of it) is not called growth.
 */
export type Rule = { match: RegExp; why: string } & (
  | {
      kind: 'flat';
      /** How much it may be sure to gain within 24 hours at this pace, as a share of its level. */
      in24h: number;
      least: number;
    }
  | {
      kind: 'grows';
      least: number;
      /** At most so much with each story; absent: only that it must not grow faster and faster. */
      perStory?: number;
    }
  | { kind: 'most'; most: number }
  | { kind: 'shown' }
);

const SERVICE = '(?:auditor|detector|diagnoser|remediator)';
const of = (names: string) => new RegExp(`^${SERVICE}/(?:${names})$`);

/** Buckets without an age in which work stands that is under way: what comes in goes out. (A deletion leaves a mark; where values have an age, the mark goes by it, too.) */
const UNDER_WAY = 'timers|completions|running|questions|watches|checks|leases|replies|probes|rounds|sign_ins|sessions';

export const RULES: readonly Rule[] = [
  // The processes.
  {
    match: of('retained'),
    kind: 'flat',
    in24h: 0.1,
    least: 1,
    why: 'What is left of heap and buffers after a collection is kept by somebody: caches have limits.',
  },
  {
    match: of('pss'),
    kind: 'shown',
    why: 'Pages that several processes share count by how many those are: it goes up when others end. `rss` and `own` are judged.',
  },
  {
    match: of('rss|own'),
    kind: 'flat',
    in24h: 0.25,
    least: 10,
    why: 'Memory that is resident. V8 gives back late, so it moves by some MB.',
  },
  {
    match: of('heapUsed|heapTotal|external'),
    kind: 'shown',
    why: 'With garbage that is not collected yet: `retained` is judged.',
  },
  {
    match: of('fds|sockets|resources'),
    kind: 'flat',
    in24h: 0.1,
    least: 3,
    why: 'Files, connections, timers and requests that are open: each has an end.',
  },
  {
    match: of('series'),
    kind: 'flat',
    in24h: 0.1,
    least: 10,
    why: 'Series at /metrics: labels must not hold what is new all the time.',
  },
  {
    match: of('lagP99'),
    kind: 'flat',
    in24h: 1,
    least: 5,
    why: 'Nothing that is gone through may become longer and longer.',
  },
  { match: of('gcShare'), kind: 'flat', in24h: 1, least: 0.02, why: 'Collecting must not cost more and more.' },
  {
    match: /^postgres\/cpu$/,
    kind: 'grows',
    least: 0.1,
    why: 'The vacuum goes through tables and indexes that grow, and comes at a fifth of a table: to larger ones less often.',
  },
  {
    match: /\/cpu$/,
    kind: 'flat',
    in24h: 1,
    least: 0.05,
    why: 'The same load costs the same: a search through what has grown would show here.',
  },
  // NATS.
  {
    match: /^nats\/(?:rss|pss|own)$/,
    kind: 'grows',
    least: 10,
    perStory: 0.02,
    why: 'NATS keeps an index of all subjects, and so of all keys of buckets, in memory.',
  },
  {
    match: /^nats\/(?:connections|subscriptions|watches|sockets)$/,
    kind: 'flat',
    in24h: 0.1,
    least: 2,
    why: 'Each service has as many as at its start.',
  },
  {
    match: /^nats\/fds$/,
    kind: 'flat',
    in24h: 0.5,
    least: 20,
    why: 'Connections, and blocks of streams while they are in use.',
  },
  { match: /^nats\/slowConsumers$/, kind: 'most', most: 0, why: 'None falls behind.' },
  {
    match: /^consumer\/.+\/(?:pending|unacknowledged)$/,
    kind: 'flat',
    in24h: 1,
    least: 20,
    why: 'Work comes in as fast as it is done.',
  },
  {
    match: /^consumer\/.+\/redelivered$/,
    kind: 'flat',
    in24h: 1,
    least: 5,
    why: 'Messages that were delivered more than once and still are not done.',
  },
  {
    match: new RegExp(`^bucket/prunella_(?:${UNDER_WAY})/`),
    kind: 'flat',
    in24h: 0.5,
    least: 20,
    why: 'Work that is under way: what comes in goes out.',
  },
  {
    match: /^bucket\//,
    kind: 'grows',
    least: 0.3,
    why: 'Kept for days, or for as many as there are repositories: with the load at most.',
  },
  { match: /^stream\//, kind: 'grows', least: 0.3, why: 'Kept for 14 to 30 days and up to a limit of bytes.' },
  {
    match: /^nats\/disk$/,
    kind: 'grows',
    least: 20,
    perStory: 0.1,
    why: 'Streams and buckets, and what NATS has not yet compacted.',
  },
  // PostgreSQL.
  {
    match: /^postgres\/own$/,
    kind: 'flat',
    in24h: 0.5,
    least: 20,
    why: 'Private memory of all backends; their caches of plans fill first.',
  },
  {
    match: /^postgres\/(?:fds|locks)$/,
    kind: 'most',
    most: 8_000,
    why: 'At one moment, of all backends: each opens what it touches, up to 1,000 files, and locks it for as long as a statement takes. They come and go with what is just asked.',
  },
  {
    match: /^postgres\/(?:connections|processes|advisoryLocks|idleInTransaction)$/,
    kind: 'flat',
    in24h: 0.25,
    least: 4,
    why: 'A pool of fixed size, and short transactions.',
  },
  {
    match: /^postgres\/longestTransaction$/,
    kind: 'most',
    most: 60,
    why: 'Seconds: an open transaction keeps the vacuum from its work.',
  },
  {
    match: /^postgres\/tempFiles$/,
    kind: 'grows',
    least: 10,
    perStory: 0.01,
    why: 'MB of sorts that do not fit into memory, since the start.',
  },
  { match: /^postgres\/deadlocks$/, kind: 'most', most: 0, why: 'None.' },
  {
    match: /^postgres\/disk$/,
    kind: 'grows',
    least: 40,
    why: 'Tables, and the write-ahead log up to its own limit of 1 GB.',
  },
  { match: /^table\/.+\/dead$/, kind: 'shown', why: 'The vacuum comes at a fifth of a table.' },
  { match: /^table\//, kind: 'grows', least: 0.5, why: 'Kept as long as the retention says: with the load at most.' },
];

/** @throws Error when there is none. */
export function ruleOf(measure: string, rules: readonly Rule[] = RULES): Rule {
  const found = rules.find(({ match }) => match.test(measure));
  if (found === undefined)
    throw new Error(`the measure ${measure}: expected a rule for it in tests/soak/judge/rules.ts, found none`);
  return found;
}
