import type { JsonBucket } from '@prunella/bus';
import type { QuarantineChanged } from '@prunella/contracts';
import { type Clock, stableId } from '@prunella/core';
import { addition, type Entry, entryId, isInForce, newest, type Wish } from '@prunella/quarantine';

/** What is kept of an entry here. */
type Kept = Pick<Entry, 'entryId' | 'change' | 'at' | 'expiresAt' | 'eventId'> & {
  /** Whether its event is known to be published; false: this remediator was about to. */
  told: boolean;
};

/** The entries of one repository, by id. */
export interface Page {
  entries: Record<string, Kept>;
}

/** How a test of a repository stands. */
export type Standing =
  /** This very order has put it in. */
  | { kind: 'done'; expiresAt: string }
  /** This order was about to, and was cut off. */
  | { kind: 'begun' }
  | { kind: 'in'; expiresAt: string }
  /** `skipped`: how many other tests of the repository are skipped. */
  | { kind: 'out'; skipped: number };

/** Longer than events are kept: nothing older can come again. */
const FORGET_AFTER_MS = 32 * 86_400_000;

/**
 * The list of tests in quarantine as the remediator knows it: folded from the events, and with what it is about to put in. All entries of a
 * repository are one value, so that two orders at once can't pass the limit together.
 */
export class QuarantineBook {
  constructor(
    private readonly bucket: JsonBucket<Page>,
    private readonly clock: Clock,
  ) {}

  /** Takes in a change, in whatever order they come. */
  async hear(change: QuarantineChanged, eventId: string): Promise<void> {
    const { entryId: id, at, expiresAt } = change;
    const heard: Kept = { entryId: id, change: change.change, at, expiresAt, eventId, told: true };
    await this.turn(change.repository, ({ entries }) => {
      const known = entries[id];
      if (known === undefined) return heard;
      if (known.eventId === eventId) return known.told ? undefined : heard;
      return newest(known, heard) === heard ? heard : undefined;
    });
  }

  /** @param eventId of the event by which the asking order puts it in. */
  async standing(repository: string, test: string, eventId: string): Promise<Standing> {
    const page = (await this.bucket.get(pageKey(repository)))?.value;
    return standingIn(page, entryId(repository, test), eventId, this.clock.now());
  }

  /**
   * Writes down that a test is about to be put in, where there is room for it among `most`. Called again by the same order it gives the same change.
   *
   * @returns what to publish; undefined: it stands otherwise by now.
   */
  async begin(wish: Wish, eventId: string, most: number): Promise<QuarantineChanged | undefined> {
    const id = entryId(wish.repository, wish.test);
    let begun: QuarantineChanged | undefined;
    await this.turn(wish.repository, (page) => {
      const now = this.clock.now();
      const standing = standingIn(page, id, eventId, now);
      const known = page.entries[id];
      begun = undefined;
      if (standing.kind === 'begun' && known !== undefined) {
        const { change, at, expiresAt } = known;
        begun = { ...addition(wish, undefined, Date.parse(at)), change, expiresAt };
        return undefined;
      }
      if (standing.kind !== 'out' || standing.skipped >= most) return undefined;
      // What is out begins anew: of what was, only the time counts.
      const since = known === undefined ? now : Math.max(now, Date.parse(known.at) + 1);
      begun = addition(wish, undefined, since);
      return { entryId: id, change: begun.change, at: begun.at, expiresAt: begun.expiresAt, eventId, told: false };
    });
    return begun;
  }

  /** Reads and writes until nobody came in between. `undefined`: nothing is to be written. */
  private async turn(repository: string, next: (page: Page) => Kept | undefined): Promise<void> {
    const key = pageKey(repository);
    for (;;) {
      const stored = await this.bucket.get(key);
      const page = stored?.value ?? { entries: {} };
      const kept = next(page);
      if (kept === undefined) return;
      const written: Page = { entries: { ...this.worthKeeping(page), [kept.entryId]: kept } };
      const revision =
        stored === undefined
          ? await this.bucket.create(key, written)
          : await this.bucket.update(key, written, stored.revision);
      if (revision !== undefined) return;
    }
  }

  private worthKeeping({ entries }: Page): Page['entries'] {
    const now = this.clock.now();
    return Object.fromEntries(
      Object.entries(entries).filter(
        ([, entry]) => isInForce(entry, now) || Date.parse(entry.at) > now - FORGET_AFTER_MS,
      ),
    );
  }
}

function standingIn(page: Page | undefined, id: string, eventId: string, now: number): Standing {
  const known = page?.entries[id];
  if (known?.eventId === eventId) return known.told ? { kind: 'done', expiresAt: known.expiresAt } : { kind: 'begun' };
  if (known !== undefined && isInForce(known, now)) return { kind: 'in', expiresAt: known.expiresAt };
  return { kind: 'out', skipped: Object.values(page?.entries ?? {}).filter((entry) => isInForce(entry, now)).length };
}

function pageKey(repository: string): string {
  return stableId('repo', repository);
}
