import { type Random, seededRandom } from '@prunella/core';
import { BLIP_RULES } from '../../../support/blip.ts';

/** What is played: how a failure comes about, and what becomes of it. */
export interface Story {
  n: number;
  /** When it begins, in ms since the load began. */
  atMs: number;
  kind: StoryKind;
  /** Where it is played; of no matter without a repository. */
  platform: PlatformName;
  /** Empty: it is no run of a platform. */
  repository: string;
  /** Its workflow and what its log is about, which others may share. Default: its own number. */
  topic?: number;
}

export type PlatformName = 'github' | 'gitlab';

/** How an attempt ends. */
export type Ending = 'failure' | 'success';

/** Before the names of repositories on GitLab. */
export const LAB = 'lab/';

interface Play {
  /** How often it is played in comparison with the others. */
  weight: number;
  /** Beginning of its repositories' names, on GitLab after `lab/`; the policy goes by it. */
  repository: string;
  /** How many repositories. */
  of: number;
  log?: (word: string) => string;
  /** How its attempts end; the last holds for all later ones. Empty: it is no run of the platform. */
  attempts: readonly Ending[];
  /** How people answer, attempt by attempt, when they are asked. */
  answers?: readonly boolean[];
}

const blink = (word: string) => `BLINKED AT the ${word}`;
const probe = (word: string) => `PROBED AT the ${word}`;
const registry = () => blink('registry');
const stumble = (word: string) => `STUMBLED AT the ${word}`;
const drown = (word: string) => `DROWNED AT the ${word}`;
const compile = (word: string) =>
  `src/${word}.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.`;

export const PLAYS = {
  /** One rerun heals it. */
  heals: { weight: 5, repository: 'chaos/shop-', of: 12, log: blink, attempts: ['failure', 'success'] },
  /** It is waited for a second or two before the rerun. */
  waits: { weight: 3, repository: 'chaos/shop-', of: 12, log: stumble, attempts: ['failure', 'success'] },
  flaky: { weight: 2, repository: 'chaos/shop-', of: 12, log: blink, attempts: ['failure', 'failure', 'success'] },
  red: { weight: 2, repository: 'chaos/shop-', of: 12, log: blink, attempts: ['failure'] },
  /** The compiler says no: no rerun would help. */
  code: { weight: 1, repository: 'chaos/shop-', of: 12, log: compile, attempts: ['failure'] },
  /** Somebody presses the button on the platform, at about the same time as Prunella. */
  person: { weight: 2, repository: 'chaos/shop-', of: 12, log: blink, attempts: ['failure', 'success'] },
  /** More of them than the budget of their repository allows. */
  tight: { weight: 2, repository: 'chaos/tight-', of: 2, log: blink, attempts: ['failure', 'success'] },
  /** More of them than all their repositories together may have. */
  pooled: { weight: 2, repository: 'chaos/pooled-', of: 3, log: blink, attempts: ['failure', 'success'] },
  asked: {
    weight: 2,
    repository: 'chaos/asked-',
    of: 3,
    log: blink,
    attempts: ['failure', 'success'],
    answers: [true],
  },
  refused: { weight: 1, repository: 'chaos/asked-', of: 3, log: blink, attempts: ['failure'], answers: [true, false] },
  unanswered: { weight: 1, repository: 'chaos/asked-', of: 3, log: blink, attempts: ['failure'], answers: [] },
  advised: { weight: 1, repository: 'chaos/advised-', of: 2, log: blink, attempts: ['failure'] },
  watched: { weight: 1, repository: 'chaos/watched-', of: 2, log: blink, attempts: ['failure'] },
  /** No rerun ever helps: after some of them the action rests. Its action is nobody else's, so that nothing heals in between. */
  futile: { weight: 2, repository: 'chaos/futile-', of: 4, log: drown, attempts: ['failure'] },
  /** Nothing is wrong. The chaos suite has none. */
  green: { weight: 0, repository: 'chaos/shop-', of: 12, attempts: ['success'] },
  /** Many at once that fail alike; `stubborn` are those whose first rerun comes too early, `flood` those of which more fail than may be run again. */
  storm: { weight: 0, repository: 'chaos/shop-', of: 12, log: registry, attempts: ['failure', 'success'] },
  stubborn: {
    weight: 0,
    repository: 'chaos/shop-',
    of: 12,
    log: registry,
    attempts: ['failure', 'failure', 'success'],
  },
  flood: { weight: 0, repository: 'chaos/flood-', of: 6, log: registry, attempts: ['failure', 'success'] },
  /**
   * Begun in the calm. Its rule is nobody else's: what went wrong before may have taught, rightly, that the other rules are no more to be acted on. Its action is one that mostly
   * heals, so that it does not rest.
   */
  probe: { weight: 0, repository: 'chaos/probe-', of: 1, log: probe, attempts: ['failure', 'success'] },
  /** A publisher of another platform tells it by HTTP, or on the bus. */
  http: { weight: 2, repository: '', of: 1, attempts: [] },
  bus: { weight: 2, repository: '', of: 1, attempts: [] },
  /** A publisher sends what is no event. */
  garbage: { weight: 1, repository: '', of: 1, attempts: [] },
} as const satisfies Record<string, Play>;
export type StoryKind = keyof typeof PLAYS;

export function playOf(kind: StoryKind): Play {
  return PLAYS[kind];
}

export interface LoadOptions {
  durationMs: number;
  /** Between two stories, in ms, on average. */
  everyMs: number;
  /** Pipelines in the one storm; 0: none. Reruns in a storm wait for up to a minute at a time: what has one needs minutes to settle. */
  storm: number;
  /** When it breaks loose. */
  stormAtMs: number;
  /** Share of the runs that are on GitLab. */
  gitlab: number;
}

/** Of so many in a storm one is stubborn; of the others every third is in the flood. */
const STUBBORN_EVERY = 8;
const FLOOD_EVERY = 3;
const STORM_EVERY_MS = 100;

/** The stories of a seed, in the order of their beginnings. */
export function storiesOf(seed: number, { durationMs, everyMs, storm, stormAtMs, gitlab }: LoadOptions): Story[] {
  const random = seededRandom(seed ^ 0x5eed);
  const stories: Omit<Story, 'n'>[] = [];
  for (let atMs = 0; atMs < durationMs; atMs += everyMs * (0.5 + random())) {
    stories.push(story(drawn(random), Math.round(atMs), gitlab, random));
  }
  for (let n = 0; n < storm; n += 1) stories.push(story(inStorm(n), stormAtMs + n * STORM_EVERY_MS, gitlab, random));
  return stories.sort((a, b) => a.atMs - b.atMs).map((one, n) => ({ n, ...one }));
}

function inStorm(n: number): StoryKind {
  if (n % STUBBORN_EVERY === STUBBORN_EVERY - 1) return 'stubborn';
  return n % FLOOD_EVERY === 0 ? 'flood' : 'storm';
}

function story(kind: StoryKind, atMs: number, gitlab: number, random: Random): Omit<Story, 'n'> {
  const { repository, of } = playOf(kind);
  const platform = random() < gitlab ? 'gitlab' : 'github';
  if (repository === '') return { kind, atMs, platform, repository };
  const name = `${repository}${Math.floor(random() * of)}`;
  return { kind, atMs, platform, repository: platform === 'gitlab' ? LAB + name : name };
}

function drawn(random: Random): StoryKind {
  const all = Object.entries(PLAYS) as [StoryKind, Play][];
  let left = random() * all.reduce((sum, [, { weight }]) => sum + weight, 0);
  for (const [kind, { weight }] of all) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'heals';
}

/** What is begun in the calm, to see whether all still works: a run on each platform, and a report. `n`: no other story has it. */
export function probesAfter(stories: readonly Story[]): { runs: Story[]; report: Story } {
  const n = stories.length;
  const { repository } = PLAYS.probe;
  const run = { atMs: 0, kind: 'probe' } as const;
  return {
    runs: [
      { ...run, n, platform: 'github', repository: `${repository}0` },
      { ...run, n: n + 1, platform: 'gitlab', repository: `${LAB}${repository}0` },
    ],
    report: { n: n + 2, atMs: 0, kind: 'http', platform: 'github', repository: '' },
  };
}

/** How an attempt of it ends. From 1. */
export function endingOf(kind: StoryKind, attempt: number): Ending {
  const { attempts } = playOf(kind);
  return attempts[attempt - 1] ?? attempts.at(-1) ?? 'failure';
}

/** What its job prints in an attempt that ends so. */
export function logOf({ kind, n, topic = n }: Story, ending: Ending): string {
  return ending === 'success' ? 'all is well' : (playOf(kind).log?.(wordOf(topic)) ?? '');
}

const LETTERS = 'ghjkmnpqrstvwxyz';

/** A word of its own for each story, without digits: what differs in numbers only has the same fingerprint, and would be a storm. */
export function wordOf(n: number): string {
  const digits = [n >> 12, n >> 8, n >> 4, n].map((part) => LETTERS[part & 15]);
  return `k${digits.join('')}`;
}

/** Of what is played, without the seconds of waiting that built-in rules have. */
export const RULES = `${BLIP_RULES}
  - id: chaos-stumble
    cause: service_unavailable
    says: Something stumbled.
    match: { log: ["STUMBLED AT .+"] }
    transient: 0.9
    confidence: 0.9
    action: { type: retry_with_backoff, parameters: { attempts: 3, firstDelay: 2s, factor: 1 } }
    examples:
      match: ["STUMBLED AT the step"]
      no_match: ["all is well"]
  - id: chaos-drown
    cause: service_unavailable
    says: Something drowned.
    match: { log: ["DROWNED AT .+"] }
    transient: 0.9
    confidence: 0.9
    action: { type: wait_for_dependency, parameters: { attempts: 3, firstDelay: 1s, factor: 1 } }
    examples:
      match: ["DROWNED AT the pier"]
      no_match: ["all is well"]
  - id: chaos-probe
    cause: network
    says: Something was probed.
    match: { log: ["PROBED AT .+"] }
    transient: 0.9
    confidence: 0.9
    action: { type: retry_with_backoff, parameters: { attempts: 3, firstDelay: 1s, factor: 1 } }
    examples:
      match: ["PROBED AT the door"]
      no_match: ["all is well"]
`;
