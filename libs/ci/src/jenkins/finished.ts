import type { Finished, FinishedOptions } from '@prunella/core';
import { z } from 'zod';
import { newestBuilds } from './builds.ts';
import type { JenkinsClient } from './client.ts';
import { printRunId } from './ids.ts';
import { type Build, MOST_BUILDS } from './model.ts';

/** Up to which number all builds were seen, and which of those still ran. */
const Mark = z.object({ upTo: z.int(), running: z.array(z.int()) });

/**
 * See `CiReader.finishedSince`; the place is a job, of a multibranch pipeline each branch is one. Jenkins tells when a build was put in the queue and
 * how long it ran, but not how long it waited, so that its end is only known to be no earlier than their sum: with a mark it goes by the builds'
 * numbers instead. One request.
 */
export async function finishedSince(
  client: JenkinsClient,
  place: string,
  since: number,
  { mark, signal }: FinishedOptions,
): Promise<Finished> {
  const builds = await newestBuilds(client, place, signal);
  const before = mark === undefined ? undefined : Mark.parse(JSON.parse(mark));
  const isNew = (build: Build) =>
    before === undefined ? endOf(build) >= since : build.number > before.upTo || before.running.includes(build.number);
  const runs = builds
    .filter((build) => !build.building && isNew(build))
    .map((build) => ({
      runId: printRunId({ job: place, number: build.number }),
      endedAt: endOf(build),
      record: build,
    }));
  const next: z.infer<typeof Mark> = {
    upTo: Math.max(before?.upTo ?? 0, ...builds.map(({ number }) => number)),
    running: builds.filter(({ building }) => building).map(({ number }) => number),
  };
  const oldest = builds.at(-1)?.number ?? 0;
  const isCut = before !== undefined && builds.length === MOST_BUILDS && oldest > before.upTo + 1;
  return { runs, mark: JSON.stringify(next), ...(isCut && { isCut }) };
}

function endOf({ timestamp, duration }: Build): number {
  return timestamp + (duration ?? 0);
}
