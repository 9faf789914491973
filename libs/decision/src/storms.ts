import type { Outcome } from '@prunella/contracts';
import { type Clock, type Random, stableId } from '@prunella/core';
import { afterFailure, afterTrial, askStorm, noStorm, type Policy, type Storm, type StormWord } from '@prunella/policy';
import type { Order } from './order.ts';
import type { Records } from './records.ts';

type Settings = Policy['storm'];

/** The key under which the storm of a fingerprint is kept. */
export function stormPlace(fingerprint: string): string {
  return stableId('storm', fingerprint);
}

/** Storms by fingerprint, shared by all replicas. */
export class Storms {
  /** What this process is writing, by place: it need not compete with itself. */
  private readonly writing = new Map<string, Promise<unknown>>();

  constructor(
    private readonly bucket: Records<Storm>,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** A pipeline failed in this way. */
  async note(fingerprint: string, pipeline: string, settings: Settings): Promise<Storm> {
    return await this.change(fingerprint, (storm) => afterFailure(storm, pipeline, settings, this.clock.now()));
  }

  /** Asks for a rerun that is due. @param waited it was parked before. */
  async ask({ fingerprint, key }: Order, waited: boolean, settings: Settings): Promise<StormWord> {
    let word: StormWord = { parked: false };
    await this.change(fingerprint, (storm) => {
      const asked = askStorm(storm, { key, waited }, settings, this.clock.now(), this.random);
      word = asked.word;
      return asked.storm;
    });
    return word;
  }

  /** What became of a rerun; undefined: it had no effect. The same again changes nothing. */
  async hear(fingerprint: string, key: string, outcome: Outcome | undefined, settings: Settings): Promise<void> {
    await this.change(fingerprint, (storm) => afterTrial(storm, key, outcome, settings, this.clock.now()));
  }

  /** People were told of the storm. */
  async announced(fingerprint: string): Promise<void> {
    await this.change(fingerprint, (storm) => (storm.announced ? storm : { ...storm, announced: true }));
  }

  private async change(fingerprint: string, next: (storm: Storm) => Storm): Promise<Storm> {
    const place = stormPlace(fingerprint);
    const before = this.writing.get(place) ?? Promise.resolve();
    const work = before.then(() => this.write(place, next));
    // Whoever comes next waits for the end of this one, not for its success.
    const ended = work.catch(() => undefined);
    this.writing.set(place, ended);
    try {
      return await work;
    } finally {
      if (this.writing.get(place) === ended) this.writing.delete(place);
    }
  }

  private async write(place: string, next: (storm: Storm) => Storm): Promise<Storm> {
    for (;;) {
      const entry = await this.bucket.get(place);
      const before = entry?.value ?? noStorm;
      const after = next(before);
      if (after === before) return after;
      const revision =
        entry === undefined
          ? await this.bucket.create(place, after)
          : await this.bucket.update(place, after, entry.revision);
      if (revision !== undefined) return after;
    }
  }
}
