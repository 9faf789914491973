import { Injectable } from '@nestjs/common';
import { Bus, type Received } from '@prunella/bus';
import { stableId } from '@prunella/core';
import { learn, NOTHING, observationOf, type Usage } from '@prunella/usage';

/** Whose usage it is. */
export interface Whose {
  repository: string;
  pipeline: string;
  /** Empty: the run as a whole. */
  job: string;
  /** Empty: all branches. */
  branch: string;
}

/** Replicas that learn of the same pipeline at the same moment. */
const MOST_TRIES = 20;

/** What pipelines and jobs used, in KV: learnt once from each event, by whatever replica. */
@Injectable()
export class UsageBook {
  constructor(private readonly bus: Bus) {}

  /** Throws UnreachableError or what NATS says; to learn from the same event again changes nothing. */
  async learn(event: Received<'pipeline.finished'>): Promise<void> {
    const { data } = event;
    if (data.kind !== 'run' && data.kind !== 'job') return;
    const observation = observationOf(data);
    if (observation === undefined) return;
    const whose = { repository: data.repository, pipeline: data.pipelineId, job: data.kind === 'job' ? data.name : '' };
    const id = stableId('e', event.source, event.id);
    const branches = new Set(['', data.branch]);
    for (const branch of branches) await this.change({ ...whose, branch }, (usage) => learn(usage, observation, id));
  }

  /** undefined: nothing is known. */
  async of(whose: Whose): Promise<Usage | undefined> {
    return (await (await this.bucket()).get(keyOf(whose)))?.value;
  }

  private async change(whose: Whose, change: (usage: Usage) => Usage): Promise<void> {
    const bucket = await this.bucket();
    const key = keyOf(whose);
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const entry = await bucket.get(key);
      const next = change(entry?.value ?? NOTHING);
      if (next === entry?.value) return;
      const written =
        entry === undefined ? await bucket.create(key, next) : await bucket.update(key, next, entry.revision);
      if (written !== undefined) return;
    }
    throw new Error(`what ${whose.pipeline} used could not be noted: others were faster ${MOST_TRIES} times`);
  }

  private bucket() {
    return this.bus.bucket<Usage>('prunella_usage');
  }
}

function keyOf({ repository, pipeline, job, branch }: Whose): string {
  return stableId('usage', repository, pipeline, job, branch);
}
