import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { Run } from '@prunella/contracts';
import { stableId, systemClock } from '@prunella/core';
import { AskedPlatforms, placeOf } from './platforms.ts';

/** Where runs were seen. */
export interface Sighting {
  platform: string;
  place: string;
  /** ms since the epoch. */
  firstAt: number;
  /** To the hour. */
  newestAt: number;
}

/** Not written more often: it is read by the day. */
const WRITE_MS = 3_600_000;
const MOST_REMEMBERED = 10_000;

/** Notes of which repositories something is told, so that they can be asked for what is not. Shared by all replicas. */
@Injectable()
export class Sightings {
  private readonly written = new Map<string, number>();

  constructor(
    private readonly bus: Bus,
    private readonly platforms: AskedPlatforms,
  ) {}

  async note(run: Pick<Run, 'platform' | 'repository' | 'pipelineId' | 'runId' | 'kind'>): Promise<void> {
    if (!this.platforms.all.has(run.platform) || run.runId === '') return;
    // A check or a deployment has no pipeline that could be listed where it has no repository.
    if (run.kind !== 'run' && run.repository === '') return;
    await this.see(run.platform, placeOf(run));
  }

  /** The same by the place. */
  async see(platform: string, place: string): Promise<void> {
    const key = sightingKey(platform, place);
    const now = systemClock.now();
    if ((this.written.get(key) ?? 0) > now - WRITE_MS) return;
    const bucket = await this.bucket();
    const entry = await bucket.get(key);
    const sighting = { platform, place, firstAt: entry?.value.firstAt ?? now, newestAt: now };
    // Where another replica was faster, it wrote the same.
    if (entry === undefined) await bucket.create(key, sighting);
    else if (entry.value.newestAt <= now - WRITE_MS) await bucket.update(key, sighting, entry.revision);
    if (this.written.size >= MOST_REMEMBERED) this.written.clear();
    this.written.set(key, now);
  }

  /** undefined: nothing was seen there for two weeks. */
  async find(platform: string, place: string): Promise<Sighting | undefined> {
    return (await (await this.bucket()).get(sightingKey(platform, place)))?.value;
  }

  /** The places of a platform of which something was told last, at most so many. */
  async newest(platform: string, most: number): Promise<string[]> {
    const entries = await (await this.bucket()).entries();
    return entries
      .filter(({ value }) => value.platform === platform)
      .toSorted((a, b) => b.value.newestAt - a.value.newestAt)
      .slice(0, most)
      .map(({ value }) => value.place);
  }

  private bucket() {
    return this.bus.bucket<Sighting>('prunella_places');
  }
}

function sightingKey(platform: string, place: string): string {
  return stableId('place', platform, place);
}
