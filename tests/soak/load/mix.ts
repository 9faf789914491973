import { type Random, seededRandom } from '@prunella/core';
import { playOf, type Story, type StoryKind } from '../../chaos/suite/load/stories.ts';

/**
 * Out of a hundred stories. Most runs of a day are green, and most failures are of few kinds. Reruns help in six of seven cases: with fewer the rule is demoted to recommending after a while, and
 * promoted again, and the load is not the same all the time.
 */
export const MIX: Readonly<Partial<Record<StoryKind, number>>> = {
  ...{ green: 30, heals: 32, waits: 8, flaky: 3, red: 1, code: 6, person: 3 },
  ...{ asked: 4, refused: 1, unanswered: 1, advised: 2, watched: 1, http: 4, bus: 3, garbage: 1 },
};

/** Repositories by the kind of their names: about forty in all. */
export const REPOSITORIES = 10;
/**
 * Workflows of a repository, and different failures. As many in the first minute as after hours: what grows with them must come to its end, and before it is judged. What is usual of a
 * workflow is known after some runs: with twelve thousand of them that took an hour, in which more and more runs were watched.
 */
export const TOPICS = 40;

/** One story after the other, without an end. Each run is a new one; repositories, workflows and what failures say come again and again. */
export function* mixOf(seed: number): Generator<Story, never> {
  const random = seededRandom(seed);
  for (let n = 0; ; n += 1) {
    const kind = drawn(random);
    const { repository } = playOf(kind);
    const name = repository === '' ? '' : `${repository}${Math.floor(random() * REPOSITORIES)}`;
    yield { n, atMs: 0, kind, platform: 'github', repository: name, topic: Math.floor(random() * TOPICS) };
  }
}

function drawn(random: Random): StoryKind {
  const all = Object.entries(MIX) as [StoryKind, number][];
  let left = random() * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of all) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'heals';
}
