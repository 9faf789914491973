import { setTimeout as sleep } from 'node:timers/promises';
import { asked } from '../ledger/api.ts';
import type { Answer } from '../ledger/ledger.ts';
import type { Services } from '../world/turns.ts';
import { playOf, type StoryKind } from './stories.ts';

const LOOK_EVERY_MS = 500;

/** What of the world they see. */
export interface Side {
  services: Services;
  now(): number;
}

/** What is played in a run; undefined: it is none of ours. */
type KindOf = (run: { repository: string; runId: string }) => StoryKind | undefined;

/** People who answer what they are asked, over the API, as their stories say. */
export class People {
  readonly answers: Answer[] = [];
  private isOver = false;
  private readonly loop: Promise<void>;
  private readonly world: Side;
  private readonly kindOf: KindOf;

  constructor(world: Side, kindOf: KindOf) {
    this.world = world;
    this.kindOf = kindOf;
    this.loop = this.watch();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.loop;
  }

  private async watch(): Promise<void> {
    while (!this.isOver) {
      await sleep(LOOK_EVERY_MS);
      const waiting = await asked<{ items: Waiting[] }>(this.world, '/v1/approvals').catch(() => undefined);
      for (const incident of waiting?.items ?? []) await this.answer(incident);
    }
  }

  private async answer({ id, repository, runId, attempt }: Waiting): Promise<void> {
    const kind = this.kindOf({ repository, runId });
    const approved = kind && playOf(kind).answers?.[attempt - 1];
    if (approved === undefined) return;
    // The same person says the same again until the question is gone.
    if (!this.answers.some((one) => one.incidentId === id && one.attempt === attempt))
      this.answers.push({ repository, runId, attempt, incidentId: id, approved, at: this.world.now() });
    const body = { approved, by: 'chaos', reason: 'as the story says', attempt };
    await asked(this.world, `/v1/approvals/${id}`, body).catch(() => undefined);
  }
}

interface Waiting {
  id: string;
  repository: string;
  runId: string;
  attempt: number;
}
