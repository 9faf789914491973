import type { Attempt, Effect, RunSeen } from '../ledger/ledger.ts';
import type { Platform } from './platform.ts';
import type { PlatformName, Story, StoryKind } from './stories.ts';

/** All platforms of a run of the suite, as one: each story is played on its own. */
export class Platforms {
  private readonly all: Readonly<Record<PlatformName, Platform<object>>>;

  constructor(all: Readonly<Record<PlatformName, Platform<object>>>) {
    this.all = all;
  }

  /** @returns where it is, and the way to run it again as a person would. */
  begin(story: Story): Attempt & { rerunByPerson(): void } {
    const platform = this.all[story.platform];
    const run = platform.begin(story);
    return { ...platform.placeOf(run), rerunByPerson: () => void platform.rerunByPerson(run) };
  }

  storyOf(run: Pick<Attempt, 'repository' | 'runId'>): StoryKind | undefined {
    return this.each.map((platform) => platform.storyOf(run)).find((kind) => kind !== undefined);
  }

  get effects(): Effect[] {
    return this.each.flatMap(({ effects }) => effects);
  }

  get byPeople(): Attempt[] {
    return this.each.flatMap(({ byPeople }) => byPeople);
  }

  get runs(): RunSeen[] {
    return this.each.flatMap(({ runs }) => runs);
  }

  async stop(): Promise<void> {
    await Promise.all(this.each.map((platform) => platform.stop()));
  }

  private get each(): Platform<object>[] {
    return Object.values(this.all);
  }
}
