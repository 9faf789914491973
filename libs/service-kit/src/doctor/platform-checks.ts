import type { Bus } from '@prunella/bus';
import type { Examined, ExamineOptions } from '@prunella/core';
import type { Check } from './check.ts';

/** What the detector notes of where runs were seen; see its backfill. */
interface SeenPlace {
  platform: string;
  place: string;
  newestAt: number;
}

/** What our credentials for each platform are good for. @param need what this service does there. */
export function platformChecks(bus: Bus, platforms: readonly Examined[], need: ExamineOptions['need']): Check[] {
  return platforms
    .filter(({ examine }) => examine !== undefined)
    .map((platform) => ({
      name: platform.id,
      async examine(signal) {
        const [place] = await newestPlaces(bus, platform.id, 1);
        return (await platform.examine?.({ need, ...(place !== undefined && { place }), signal })) ?? [];
      },
    }));
}

/** Where runs of a platform were seen last, at most so many; none: nowhere within two weeks. */
export async function newestPlaces(bus: Bus, platform: string, most: number): Promise<string[]> {
  const entries = await (await bus.bucket<SeenPlace>('prunella_places')).entries();
  return entries
    .filter(({ value }) => value.platform === platform)
    .toSorted((a, b) => b.value.newestAt - a.value.newestAt)
    .slice(0, most)
    .map(({ value }) => value.place);
}
