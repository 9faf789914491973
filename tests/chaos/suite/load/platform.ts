import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt, Effect, RunSeen } from '../ledger/ledger.ts';
import type { Courier } from './courier.ts';
import type { Stage } from './stage.ts';
import { endingOf, type Story, type StoryKind } from './stories.ts';

const TICK_MS = 40;
const ATTEMPT_TAKES_MS = 250;
/** Of what fails in a storm: long enough that those who were let go at once are seen side by side. */
const STORM_ATTEMPT_TAKES_MS = 4_000;

/** What of the world it sees. */
interface Side {
  courier: Courier;
  now(): number;
}

/** The side of a platform: begins the runs of the stories, plays their reruns, tells of them, and writes down what was done to it. */
export class Platform<Run extends object> {
  readonly effects: Effect[] = [];
  readonly byPeople: Attempt[] = [];
  private readonly stories = new Map<Run, Story>();
  private readonly kinds = new Map<string, StoryKind>();
  /** Attempts that run, and when they end. */
  private readonly endsAt = new Map<string, number>();
  private isOver = false;
  private readonly loop: Promise<void>;
  private readonly world: Side;
  private readonly stage: Stage<Run>;

  constructor(world: Side, stage: Stage<Run>) {
    this.world = world;
    this.stage = stage;
    this.loop = this.watch();
  }

  /** A run ends; as a rule it fails. */
  begin(story: Story): Run {
    const run = this.stage.begin(story, endingOf(story.kind, 1));
    this.stories.set(run, story);
    this.kinds.set(nameOf(this.stage.placeOf(run)), story.kind);
    this.tell(run);
    return run;
  }

  /** Somebody presses the button. false: it runs already, or there is nothing to run again. */
  rerunByPerson(run: Run): boolean {
    if (this.stage.endOf(run) === null || !this.stage.rerun(run)) return false;
    this.byPeople.push(this.stage.placeOf(run));
    return true;
  }

  placeOf(run: Run): Attempt {
    return this.stage.placeOf(run);
  }

  /** What is played in a run; undefined: it is none of ours. */
  storyOf(run: Pick<Attempt, 'repository' | 'runId'>): StoryKind | undefined {
    return this.kinds.get(nameOf(run));
  }

  /** Forgets the runs that have ended and did not change since then: who goes on for hours would only look at ever more of them. */
  forgetBefore(time: number): void {
    for (const run of this.stories.keys()) {
      if (this.stage.endOf(run) === null || this.stage.changedAt(run) >= time) continue;
      const place = this.stage.placeOf(run);
      this.stories.delete(run);
      this.kinds.delete(nameOf(place));
      for (let attempt = 1; attempt <= place.attempt; attempt += 1) this.endsAt.delete(`${nameOf(place)}/${attempt}`);
      this.stage.forget(run);
    }
  }

  get runs(): RunSeen[] {
    return [...this.stories].map(([run, { kind }]) => {
      return { ...this.stage.placeOf(run), story: kind, conclusion: this.stage.endOf(run) };
    });
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.loop;
    this.noteEffects();
  }

  private async watch(): Promise<void> {
    while (!this.isOver) {
      await sleep(TICK_MS);
      this.noteEffects();
      for (const [run, story] of this.stories) if (this.stage.endOf(run) === null) this.goOn(run, story);
    }
  }

  private goOn(run: Run, story: Story): void {
    const { now } = this.world;
    const place = this.stage.placeOf(run);
    const name = `${nameOf(place)}/${place.attempt}`;
    const endsAt = this.endsAt.get(name);
    if (endsAt === undefined) {
      this.endsAt.set(name, now() + takesMs(story));
      this.tell(run);
    } else if (endsAt <= now()) {
      const conclusion = endingOf(story.kind, place.attempt);
      this.stage.complete(run, story, conclusion);
      for (const effect of this.effects.filter((one) => isSame(one, place)))
        Object.assign(effect, { endedAt: now(), conclusion });
      this.tell(run);
    }
  }

  private tell(run: Run): void {
    for (const letter of this.stage.lettersOf(run)) this.world.courier.carry(letter);
  }

  private noteEffects(): void {
    for (const effect of this.stage.reruns().slice(this.effects.length)) {
      this.effects.push({ ...effect, at: this.world.now() });
    }
  }
}

function takesMs({ kind, n }: Story): number {
  return isOfStorm(kind) ? STORM_ATTEMPT_TAKES_MS : ATTEMPT_TAKES_MS * (1 + (n % 4));
}

function isOfStorm(kind: StoryKind): boolean {
  return kind === 'storm' || kind === 'stubborn' || kind === 'flood';
}

function isSame(a: Attempt, b: Attempt): boolean {
  return a.repository === b.repository && a.runId === b.runId && a.attempt === b.attempt;
}

function nameOf({ repository, runId }: Pick<Attempt, 'repository' | 'runId'>): string {
  return `${repository}#${runId}`;
}
