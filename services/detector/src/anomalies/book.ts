import { type Baseline, emptyBaseline } from '@prunella/baselines';
import type { Entry, JsonBucket } from '@prunella/bus';

/** What is kept of one series, about 2.5 KB of JSON. */
export interface Page {
  baseline: Baseline;
  /** The newest values that were learnt, by `Measured.id`: what is delivered again teaches nothing. */
  seen: readonly string[];
  /** The newest attempts that ended, however they ended, by `attemptId`. */
  ended: readonly string[];
  /** The newest attempts that were told of while they ran. */
  told: readonly string[];
}

export const emptyPage: Page = { baseline: emptyBaseline, seen: [], ended: [], told: [] };

const MOST_TRIES = 20;
/** So many of the newest ids of each kind are kept: more than there are messages in work at a time. */
const NEWEST = 24;

/** So many pages are kept at hand, about 6 KB each: those that were used last. */
const MOST_AT_HAND = 2_000;

/** The baselines in KV, by the id of their series. */
export class Book {
  /** As this process knew them last, the one used last at the end: whoever changes one finds out whether others did meanwhile. */
  private readonly atHand = new Map<string, Entry<Page>>();

  constructor(
    private readonly bucket: JsonBucket<Page>,
    /** So many series are kept; what comes beyond is not learnt before old ones were forgotten. */
    private readonly most: number,
    /** Told of each series that found no room. */
    private readonly refused: () => void,
  ) {}

  /** What is known of a series; undefined: nothing. */
  async read(series: string): Promise<Page | undefined> {
    return readable((await this.fetch(series))?.value);
  }

  /**
   * Changes what is known, also where others do so at the same time.
   *
   * @param change gets what is known, at first perhaps as it was some time ago: then it is called once more with what is known now, unless it finds
   * that there is nothing to change (undefined). What it does besides has to stand that.
   */
  async change(
    series: string,
    change: (page: Page | undefined) => Page | undefined | Promise<Page | undefined>,
  ): Promise<void> {
    // Ids that are noted in what is at hand are noted in what came after it.
    let entry = this.atHand.get(series) ?? (await this.fetch(series));
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const next = await change(readable(entry?.value));
      if (next === undefined) return;
      if (entry === undefined && (await this.bucket.size()) >= this.most) return this.refused();
      const revision =
        entry === undefined
          ? await this.bucket.create(series, next)
          : await this.bucket.update(series, next, entry.revision);
      if (revision !== undefined) return this.keep({ key: series, value: next, revision });
      entry = await this.fetch(series);
    }
    throw new Error(`the baseline ${series} could not be changed: others were faster ${MOST_TRIES} times`);
  }

  private async fetch(series: string): Promise<Entry<Page> | undefined> {
    const entry = await this.bucket.get(series);
    if (entry === undefined) this.atHand.delete(series);
    else this.keep(entry);
    return entry;
  }

  private keep(entry: Entry<Page>): void {
    this.atHand.delete(entry.key);
    this.atHand.set(entry.key, entry);
    const [oldest] = this.atHand.keys();
    if (this.atHand.size > MOST_AT_HAND && oldest !== undefined) this.atHand.delete(oldest);
  }
}

/** What a later version wrote is learnt anew. */
function readable(page: Page | undefined): Page | undefined {
  return page?.baseline.v === emptyBaseline.v ? page : undefined;
}

/** With one more, the oldest forgotten; '' is none. */
export function withNewest(ids: readonly string[], id: string, most = NEWEST): readonly string[] {
  return id === '' || ids.includes(id) ? ids : [...ids, id].slice(-most);
}
