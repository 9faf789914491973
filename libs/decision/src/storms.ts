import type { Outcome } from '@prunella/contracts';
import { type Clock, type Random, stableId } from '@prunella/core';
import { afterFailure, afterTrial, askStorm, noStorm, type Policy, type Storm, type StormWord } from '@prunella/policy';
import { Changes } from './changes.ts';
import type { Order } from './order.ts';
import type { Records } from './records.ts';

type Settings = Policy['storm'];

/** The key under which the storm of a fingerprint is kept. */
export function stormPlace(fingerprint: string): string {
  return stableId('storm', fingerprint);
}

/** Storms by fingerprint, shared by all replicas. */
export class Storms {
  private readonly changes: Changes<Storm>;

  constructor(
    bucket: Records<Storm>,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    this.changes = new Changes(bucket);
  }

  /** A pipeline failed in this way. */
  async note(fingerprint: string, pipeline: string, settings: Settings): Promise<Storm> {
    return await this.change(fingerprint, (storm) => afterFailure(storm, pipeline, settings, this.clock.now()));
  }

  /** Asks for a rerun that is due. @param waited it was parked before. */
  async ask({ fingerprint, key }: Order, waited: boolean, settings: Settings): Promise<StormWord> {
    let word: StormWord = { parked: false };
    // Thrown once, however often the change has to be tried: a backtest throws the same dice.
    let thrown: number | undefined;
    const random = () => {
      thrown ??= this.random();
      return thrown;
    };
    await this.change(fingerprint, (storm) => {
      const asked = askStorm(storm, { key, waited }, settings, this.clock.now(), random);
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
    const after = await this.changes.change(stormPlace(fingerprint), (before) => {
      const storm = next(before ?? noStorm);
      return storm === noStorm ? before : storm;
    });
    return after ?? noStorm;
  }
}
