import { type BuildId, fullNameOf } from './ids.ts';
import { type Begun, type Build, type Cause, causesOf } from './model.ts';
import { beganWith, readable } from './parameters.ts';

/**
 * Whether something that was begun later in the same job, built or queued, is a rerun of a build. Jenkins has no such notion, so:
 *
 * - What says itself which build it repeats (Rebuild plugin; a pipeline's Replay, Rebuild and Restart from stage), is a rerun of that one only.
 * - Else it is one when it was started by our user, with the same value of each parameter of the build that can be read. The API lets nothing be
 *   noted with a build by which it could be told apart: where several builds were begun with the same, it is taken as a rerun of each of them. That
 *   errs towards a rerun too few, and never begins one twice.
 *
 * Pure. @param user our own; undefined: nobody is signed in, so there are none of ours.
 */
export function isRerunOf(failed: Build, { job, number }: BuildId, later: Begun, user: string | undefined): boolean {
  const causes = causesOf(later);
  const named = causes.filter(saysWhat);
  if (named.length > 0) return named.some((cause) => names(cause, { job, number }));
  return startedBy(later, user) && beganWith(later, readable(failed));
}

/** Whether our user started it. Jenkins does not tell users apart by case. */
export function startedBy(begun: Begun, user: string | undefined): boolean {
  return causesOf(begun).some(({ userId }) => userId && userId.toLowerCase() === user?.toLowerCase());
}

const REBUILD = 'com.sonyericsson.rebuild.RebuildCause';
const REPLAY = /\.(?:replay\.ReplayCause|RestartDeclarativePipelineCause)$/;

function saysWhat({ _class }: Cause): boolean {
  return _class === REBUILD || REPLAY.test(_class);
}

function names(cause: Cause, { job, number }: BuildId): boolean {
  if (cause._class !== REBUILD) return numberIn(cause.shortDescription ?? '') === number;
  const sameJob = !cause.upstreamProject || cause.upstreamProject === fullNameOf(job);
  return sameJob && cause.upstreamBuild === number;
}

/** In `Replayed #12`, `Rebuilt #1,234`, `Restarted from build #12, stage Test`, in any language: thousands may be told apart. */
function numberIn(text: string): number | undefined {
  const digits = /#(\d+(?:[.,'\u2019\u00a0\u202f]\d{3})*)/.exec(text)?.[1]?.replaceAll(/\D/g, '');
  return digits === undefined ? undefined : Number(digits);
}
