import { Injectable } from '@nestjs/common';
import { Bus, type Received } from '@prunella/bus';
import type { PipelineFinished } from '@prunella/contracts';
import { stableId } from '@prunella/core';
import { AskedPlatforms, placeOf } from './platforms.ts';

/** Who told of an ending first. */
interface Ending {
  /** Of its event. */
  seq: number;
  source: string;
  id: string;
  /** Nobody did: it was found by asking. */
  found: boolean;
}

/**
 * Remembers which runs were told to have ended, for longer than the stream knows a message again. Only of platforms that are asked: of the others nothing
 * is told twice.
 */
@Injectable()
export class Endings {
  constructor(
    private readonly bus: Bus,
    private readonly platforms: AskedPlatforms,
  ) {}

  /**
   * Notes what is told. True: it was told before by another message, and one of the two was found by asking, or they are the same: nothing new. The same
   * message again is not: whoever died over it has to go on. Two senders that both tell of a run are left as they are.
   */
  async isOldNews({ data, seq, source, id }: Received<'pipeline.finished'>): Promise<boolean> {
    if (!this.platforms.all.has(data.platform) || data.kind !== 'run' || data.runId === '') return false;
    const bucket = await this.bucket();
    const key = keyOf(data);
    const found = data.foundAt !== undefined;
    if ((await bucket.create(key, { seq, source, id, found })) !== undefined) return false;
    const first = (await bucket.get(key))?.value;
    if (first === undefined || first.seq === seq) return false;
    return first.found || found || (first.source === source && first.id === id);
  }

  /** Who told that a run ended so; undefined: nobody, or more than a week ago. */
  async toldBy(ending: PipelineFinished): Promise<'somebody' | 'found' | undefined> {
    const first = (await (await this.bucket()).get(keyOf(ending)))?.value;
    if (first === undefined) return undefined;
    return first.found ? 'found' : 'somebody';
  }

  private bucket() {
    return this.bus.bucket<Ending>('prunella_endings');
  }
}

/** How it ended is part of it: GitLab's pipelines end more than once in what counts as one attempt, where people retry one job after the other. */
function keyOf(ending: PipelineFinished): string {
  const { platform, runId, attempt, conclusion } = ending;
  return stableId('end', platform, placeOf(ending), runId, attempt, conclusion);
}
