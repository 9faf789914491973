import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { messageOf, systemClock } from '@prunella/core';
import {
  INCIDENT_CHANNEL,
  type IncidentRow,
  incidentsById,
  incidentsChangedSince,
  type JoinedIncident,
  joinedInto,
  joinedSince,
  listen,
  Store,
} from '@prunella/store';
import { PinoLogger } from 'nestjs-pino';
import { type Observable, Subject } from 'rxjs';

/** Changes that come within this time are read at once. */
const GATHER_MS = 50;
/** Transactions may commit later than they write, and clocks differ: look back a little further. */
const OVERLAP_MS = 5_000;
const MOST_MISSED = 500;

/** An incident that changed, or one that is no more because it is a part of another. */
export type Change = { changed: IncidentRow } | { joined: JoinedIncident };

/** Tells about changed incidents, whichever replica changed them. One change may be told twice. */
@Injectable()
export class IncidentFeed implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly subject = new Subject<Change>();
  private readonly stopped = new AbortController();
  private listening: Promise<void> = Promise.resolve();
  private gathered = new Set<string>();
  /** When the connection broke; undefined: it stands. */
  private lostAt: number | undefined;

  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly logger: PinoLogger,
  ) {}

  /** Completes when the service stops. */
  get changes(): Observable<Change> {
    return this.subject;
  }

  /** What changed since then, oldest change first; for those who were away. */
  async missedSince(since: number): Promise<Change[]> {
    const from = new Date(since - OVERLAP_MS);
    const changed = await this.store.read((manager) => incidentsChangedSince(manager, from, MOST_MISSED));
    const joined = await this.store.read((manager) => joinedSince(manager, from, MOST_MISSED));
    return changesOf(changed, joined);
  }

  onApplicationBootstrap(): void {
    // Clients may come before the connection stands.
    this.lostAt = systemClock.now();
    this.listening = listen(
      this.store.url,
      INCIDENT_CHANNEL,
      {
        onMessage: (id) => this.gather(id),
        onConnected: () => void this.catchUp(),
        onLost: (error) => {
          this.lostAt ??= systemClock.now();
          this.logger.warn({ error: messageOf(error) }, 'connection for changes lost, it is made again');
        },
      },
      this.stopped.signal,
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped.abort();
    this.subject.complete();
    await this.listening;
  }

  private gather(id: string): void {
    if (this.gathered.size === 0) setTimeout(() => void this.tell(), GATHER_MS).unref();
    this.gathered.add(id);
  }

  private async tell(): Promise<void> {
    const ids = [...this.gathered];
    this.gathered = new Set();
    if (!this.subject.observed) return;
    await this.emit(async () => {
      const changed = await this.store.read((manager) => incidentsById(manager, ids));
      const known = new Set(changed.map(({ id }) => id));
      const gone = ids.filter((id) => !known.has(id));
      return changesOf(changed, await this.store.read((manager) => joinedInto(manager, gone)));
    });
  }

  private async catchUp(): Promise<void> {
    const since = this.lostAt;
    this.lostAt = undefined;
    if (since !== undefined && this.subject.observed) await this.emit(() => this.missedSince(since));
  }

  private async emit(read: () => Promise<Change[]>): Promise<void> {
    try {
      for (const change of await read()) this.subject.next(change);
    } catch (error) {
      // Postgres went away in between: what is missed now is caught up with when the connection stands again.
      this.lostAt ??= systemClock.now();
      this.logger.warn({ error: messageOf(error) }, 'changed incidents could not be read');
    }
  }
}

/** What goes is told first: nobody is to see two of what is one. */
function changesOf(changed: readonly IncidentRow[], joined: readonly JoinedIncident[]): Change[] {
  return [...joined.map((one) => ({ joined: one })), ...changed.map((one) => ({ changed: one }))];
}
