import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeRun } from '@prunella/testing';
import type { Attempt, Effect, RunSeen } from '../ledger/ledger.ts';
import type { World } from '../world/world.ts';
import { endingOf, jobsOf, type Story, type StoryKind } from './stories.ts';

const TICK_MS = 40;
const ATTEMPT_TAKES_MS = 250;
/** Of what fails in a storm: long enough that those who were let go at once are seen side by side. */
const STORM_ATTEMPT_TAKES_MS = 4_000;

/** What of the world it sees. */
type Side = Pick<World, 'github' | 'courier' | 'now'>;

/** The side of the platform: begins the runs of the stories, plays their reruns, tells of them, and writes down what was done to it. */
export class Platform {
  readonly effects: Effect[] = [];
  readonly byPeople: Attempt[] = [];
  private readonly stories = new Map<FakeRun, Story>();
  private readonly kinds = new Map<string, StoryKind>();
  /** Attempts that run, and when they end. */
  private readonly endsAt = new Map<string, number>();
  private isOver = false;
  private readonly loop: Promise<void>;
  private readonly world: Side;

  constructor(world: Side) {
    this.world = world;
    this.loop = this.watch();
  }

  /** A run ends; as a rule it fails. */
  begin(story: Story): FakeRun {
    const { github, courier } = this.world;
    const ending = endingOf(story.kind, 1);
    const path = `.github/workflows/p${story.topic ?? story.n}.yml`;
    const run = github.addRun({
      ...{ repository: story.repository, path, branch: `run-${story.n}`, conclusion: ending },
      // A commit of its own: the same failure of the same commit would take back what was healed before.
      ...{ headSha: String(story.n + 1).padStart(40, '0'), jobs: jobsOf(story, ending) },
    });
    this.stories.set(run, story);
    this.kinds.set(String(run.id), story.kind);
    courier.tell(run);
    return run;
  }

  /** Somebody presses the button. false: it runs already. */
  rerunByPerson(run: FakeRun): boolean {
    if (run.status !== 'completed') return false;
    this.world.github.rerun(run);
    this.byPeople.push(placeOf(run));
    return true;
  }

  /** What is played in a run; undefined: it is none of ours. */
  storyOf(runId: string): StoryKind | undefined {
    return this.kinds.get(runId);
  }

  /** Forgets the runs that have ended and did not change since then: who goes on for hours would only look at ever more of them. */
  forgetBefore(time: number): void {
    for (const run of this.stories.keys()) {
      if (run.status !== 'completed' || Date.parse(run.updatedAt ?? run.createdAt) >= time) continue;
      this.stories.delete(run);
      this.kinds.delete(String(run.id));
      for (let attempt = 1; attempt <= run.attempt; attempt += 1) this.endsAt.delete(`${run.id}/${attempt}`);
      this.world.github.forget(run);
    }
  }

  get runs(): RunSeen[] {
    return [...this.stories].map(([run, { kind }]) => {
      return { ...placeOf(run), story: kind, status: run.status, conclusion: run.conclusion };
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
      for (const [run, story] of this.stories) if (run.status !== 'completed') this.goOn(run, story);
    }
  }

  private goOn(run: FakeRun, story: Story): void {
    const { github, courier, now } = this.world;
    const name = `${run.id}/${run.attempt}`;
    const endsAt = this.endsAt.get(name);
    if (endsAt === undefined) {
      const takesMs = story.kind === 'storm' ? STORM_ATTEMPT_TAKES_MS : ATTEMPT_TAKES_MS * (1 + (story.n % 4));
      this.endsAt.set(name, now() + takesMs);
      courier.tell(run);
    } else if (endsAt <= now()) {
      const ending = endingOf(story.kind, run.attempt);
      github.completeRun(run, ending, jobsOf(story, ending));
      const effect = this.effects.find((one) => one.runId === String(run.id) && one.attempt === run.attempt);
      if (effect !== undefined) effect.endedAt = now();
      courier.tell(run);
    }
  }

  private noteEffects(): void {
    for (const effect of this.world.github.effects.slice(this.effects.length)) {
      const [, repository = '', runId = '', attempt] = /^(.+)#(\d+) -> (\d+)$/.exec(effect) ?? [];
      this.effects.push({ repository, runId, attempt: Number(attempt), at: this.world.now() });
    }
  }
}

function placeOf(run: FakeRun): Attempt {
  return { repository: run.repository, runId: String(run.id), attempt: run.attempt };
}
