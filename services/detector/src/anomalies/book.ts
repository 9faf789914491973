import { type Baseline, emptyBaseline } from '@prunella/baselines';
import type { JsonBucket } from '@prunella/bus';

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

/** The baselines in KV, by the id of their series. */
export class Book {
  constructor(
    private readonly bucket: JsonBucket<Page>,
    /** So many series are kept; what comes beyond is not learnt before old ones were forgotten. */
    private readonly most: number,
    /** Told of each series that found no room. */
    private readonly refused: () => void,
  ) {}

  /** What is known of a series; undefined: nothing. */
  async read(series: string): Promise<Page | undefined> {
    return readable((await this.bucket.get(series))?.value);
  }

  /**
   * Changes what is known, also where others do so at the same time.
   *
   * @param change pure, may be called several times; undefined: there is nothing to change.
   */
  async change(series: string, change: (page: Page | undefined) => Page | undefined): Promise<void> {
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const entry = await this.bucket.get(series);
      const next = change(readable(entry?.value));
      if (next === undefined) return;
      if (entry !== undefined) {
        if ((await this.bucket.update(series, next, entry.revision)) !== undefined) return;
      } else if ((await this.bucket.size()) >= this.most) return this.refused();
      else if ((await this.bucket.create(series, next)) !== undefined) return;
    }
    throw new Error(`the baseline ${series} could not be changed: others were faster ${MOST_TRIES} times`);
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
