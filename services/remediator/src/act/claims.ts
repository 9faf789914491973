import type { Entry, JsonBucket } from '@prunella/bus';
import type { Clock, StartedRun } from '@prunella/core';

/** How far one effect is. Stored before each step, so that whoever continues after a crash knows what may have happened. */
export interface Claim {
  /** Process that works on it. */
  owner: string;
  /** Until then nobody else may; milliseconds since the epoch. */
  leaseUntil: number;
  /** `leased`: nothing was sent yet. `acting`: the call may have reached the platform. `done`: recorded. */
  phase: 'leased' | 'acting' | 'done';
  /** When the call was first about to be sent; milliseconds since the epoch. */
  actingSince?: number;
  result?: ClaimResult;
}

export interface ClaimResult {
  status: 'executed' | 'failed' | 'superseded' | 'handed_over';
  /** What was done outside; empty: nothing. */
  effect: string;
  /** The run that it began, where that is a new one. */
  started?: StartedRun;
  /** How long what failed took, in milliseconds. */
  lastedMs?: number;
  explanation: string;
  startedAt: number;
  finishedAt: number;
}

/** Long enough for a slow garbage collection, short enough that a crashed process does not hold things up. */
const LEASE_MS = 10_000;

export type Acquired =
  | { kind: 'mine'; lease: Lease }
  | { kind: 'done'; result: ClaimResult }
  /** Somebody else works on it; look again after `untilMs`. */
  | { kind: 'busy'; untilMs: number };

/** How a claim was found; `entry` undefined: there was none. */
export interface Found {
  entry: Entry<Claim> | undefined;
}

/** How a claim is right now. */
export async function findClaim(bucket: JsonBucket<Claim>, key: string): Promise<Found> {
  return { entry: await bucket.get(key) };
}

/** Whether somebody is at it, or its effect may have been sent already. */
export function isBegun({ entry }: Found, clock: Clock): boolean {
  return entry !== undefined && (entry.value.phase !== 'leased' || entry.value.leaseUntil > clock.now());
}

/** When the effect of an order began, in ms since the epoch; undefined: it had none, or nobody knows of it. */
export async function begunAt(bucket: JsonBucket<Claim>, key: string): Promise<number | undefined> {
  const result = (await bucket.get(key))?.value.result;
  return result?.status === 'executed' ? result.startedAt : undefined;
}

/**
 * Takes the right to bring about the effect of `key`. Leases use wall-clock time: replicas' clocks must agree to seconds.
 *
 * @param found how the claim was found a moment ago; when it was changed since, it is not taken. Absent: it is looked for.
 */
export async function acquire(
  bucket: JsonBucket<Claim>,
  key: string,
  owner: string,
  clock: Clock,
  found?: Found,
): Promise<Acquired> {
  const { entry } = found ?? (await findClaim(bucket, key));
  const fresh: Claim = { owner, leaseUntil: clock.now() + LEASE_MS, phase: 'leased' };
  if (entry === undefined) {
    const revision = await bucket.create(key, fresh);
    return revision === undefined
      ? busy(clock)
      : { kind: 'mine', lease: new Lease(bucket, key, fresh, revision, clock) };
  }
  const { value: claim, revision } = entry;
  if (claim.result !== undefined) return { kind: 'done', result: claim.result };
  if (claim.owner !== owner && claim.leaseUntil > clock.now()) return { kind: 'busy', untilMs: claim.leaseUntil };
  const taken: Claim = { ...claim, owner, leaseUntil: fresh.leaseUntil };
  const next = await bucket.update(key, taken, revision);
  return next === undefined ? busy(clock) : { kind: 'mine', lease: new Lease(bucket, key, taken, next, clock) };
}

function busy(clock: Clock): Acquired {
  return { kind: 'busy', untilMs: clock.now() + 1_000 };
}

/** The right to act on one key, renewed while it is held. */
export class Lease {
  private readonly lost = new AbortController();
  private readonly renewal: NodeJS.Timeout;
  private writes: Promise<void> = Promise.resolve();

  constructor(
    private readonly bucket: JsonBucket<Claim>,
    private readonly key: string,
    private claim: Claim,
    private revision: number,
    private readonly clock: Clock,
  ) {
    this.renewal = setInterval(() => void this.write({}).catch(() => undefined), LEASE_MS / 3).unref();
  }

  /** Aborts when somebody else took over: stop at once. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Since when the call may have reached the platform; undefined: it was never about to be sent. */
  get actingSince(): number | undefined {
    return this.claim.actingSince;
  }

  /** To be called right before the effect. Throws when the right was lost. */
  async beginActing(): Promise<void> {
    await this.write({ phase: 'acting', actingSince: this.claim.actingSince ?? this.clock.now() });
  }

  /** To be called when the platform said that nothing happened: the next one need not look for an effect. */
  async actedInVain(): Promise<void> {
    await this.write({ phase: 'leased', actingSince: undefined });
  }

  /** Records the result, for ever. */
  async finish(result: ClaimResult): Promise<void> {
    await this.write({ phase: 'done', result });
    this.release();
  }

  /** Lets go without a result; the claim itself stays, with what may have happened. */
  async abandon(): Promise<void> {
    this.release();
    await this.write({ leaseUntil: this.clock.now() }).catch(() => undefined);
  }

  private release(): void {
    clearInterval(this.renewal);
  }

  private write(change: Partial<Claim>): Promise<void> {
    const done = this.writes.then(async () => {
      this.lost.signal.throwIfAborted();
      const claim = { ...this.claim, leaseUntil: this.clock.now() + LEASE_MS, ...change };
      const revision = await this.bucket.update(this.key, claim, this.revision);
      if (revision === undefined) {
        this.lost.abort(new Error(`the claim ${this.key} was taken over by another process`));
        this.release();
        this.lost.signal.throwIfAborted();
        return;
      }
      this.claim = claim;
      this.revision = revision;
    });
    this.writes = done.catch(() => undefined);
    return done;
  }
}
