import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeRun } from '@prunella/testing';
import { atRate } from '../../bench/webhooks/pace.ts';
import { githubStage } from '../../chaos/suite/load/github.ts';
import { People } from '../../chaos/suite/load/people.ts';
import { Platform } from '../../chaos/suite/load/platform.ts';
import { Publishers } from '../../chaos/suite/load/publishers.ts';
import { endingOf, type Story } from '../../chaos/suite/load/stories.ts';
import { SECRET } from '../../chaos/suite/world/world.ts';
import type { Stand } from '../stand.ts';
import { Decisions } from './decisions.ts';
import { mixOf } from './mix.ts';
import { sendBadWebhook, Visitors } from './visitors.ts';

/** One delivery of so many comes twice, and so many stories come with a webhook that is none. */
const TWICE_EVERY = 10;
const BAD_EVERY = 50;
/** What did not change for so long is over; questions and waits take a minute or two. */
const FORGET_AFTER_MS = 10 * 60_000;
const FORGET_EVERY_MS = 30_000;
/** More decisions than that under way at a time would only measure how long a queue can get. */
const UNDECIDED_AT_MOST = 60;

/** All that goes on: runs, people, publishers, visitors. */
export class Load {
  /** Stories that were begun, and what should have come of them. */
  readonly begun = { stories: 0, failedRuns: 0, reports: 0, garbage: 0 };
  /** What senders were answered that they must not be. */
  readonly trouble: string[] = [];
  readonly decisions: Decisions;
  readonly visitors: Visitors;
  private readonly stories = mixOf(1);
  private readonly platform: Platform<FakeRun>;
  private readonly people: People;
  private readonly forgetting: NodeJS.Timeout;
  private readonly stand: Stand;
  private readonly publishers: Publishers;

  private constructor(stand: Stand, publishers: Publishers) {
    this.stand = stand;
    this.publishers = publishers;
    this.decisions = new Decisions(stand.bus, stand.now);
    this.platform = new Platform(stand, githubStage(stand.github, SECRET));
    this.people = new People(stand, (run) => this.platform.storyOf(run));
    this.visitors = new Visitors(stand);
    this.forgetting = setInterval(() => this.forget(), FORGET_EVERY_MS);
  }

  static async start(stand: Stand): Promise<Load> {
    return new Load(stand, await Publishers.start(stand));
  }

  /** Begins stories as fast as decisions come. @returns stories a second. */
  async saturate(seconds: number): Promise<number> {
    const [began, first] = [performance.now(), this.begun.stories];
    while (performance.now() - began < seconds * 1_000) {
      while (this.decisions.open >= UNDECIDED_AT_MOST) await sleep(5);
      this.begin();
      await sleep(0);
    }
    return ((this.begun.stories - first) * 1_000) / (performance.now() - began);
  }

  /** Begins stories at a steady rate, whatever comes of them. @returns how far behind its time the sender was at most, in ms. */
  async steadily(perSecond: number, seconds: number): Promise<number> {
    return (await atRate({ perSecond, seconds }, () => this.begin())).senderBehind;
  }

  /** Resolves when every failed run has its decision, or after so long. */
  async decided(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (this.decisions.open > 0 && performance.now() < end) await sleep(100);
  }

  /** No more people and platforms. */
  async stop(): Promise<void> {
    clearInterval(this.forgetting);
    await this.visitors.stop();
    await this.people.stop();
    await this.platform.stop();
    await this.publishers.stop();
  }

  private begin(): void {
    const story = this.stories.next().value;
    this.begun.stories += 1;
    if (story.n % BAD_EVERY === 0)
      void sendBadWebhook(this.stand, story.n).then((says) => says !== undefined && this.trouble.push(says));
    if (story.repository === '') this.tell(story);
    else this.run(story);
  }

  private run(story: Story): void {
    this.stand.courier.mood = { copies: story.n % TWICE_EVERY === 0 ? 1 : 0, heldMs: 0 };
    const run = this.platform.begin(story);
    if (endingOf(story.kind, 1) === 'success') return;
    this.begun.failedRuns += 1;
    this.decisions.expect(String(run.id));
    if (story.kind === 'person') setTimeout(() => this.platform.rerunByPerson(run), (story.n % 8) * 100);
  }

  private tell(story: Story): void {
    this.begun[story.kind === 'garbage' ? 'garbage' : 'reports'] += 1;
    this.publishers.tell(story);
  }

  private forget(): void {
    this.platform.forgetBefore(Date.now() - FORGET_AFTER_MS);
    // The fake writes down all that it is asked.
    this.stand.github.requests.length = 0;
  }
}
