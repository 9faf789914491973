import { setTimeout as sleep } from 'node:timers/promises';
import type { Services } from '../ledger/api.ts';
import { asked } from '../ledger/api.ts';
import type { Answer } from '../ledger/ledger.ts';
import { playOf, type StoryKind } from './stories.ts';

const LOOK_EVERY_MS = 500;

/** What of the world they see. */
export interface Side {
  services: Services;
  now(): number;
}

/** People who answer what they are asked, over the API, as their stories say. */
export class People {
  readonly answers: Answer[] = [];
  private isOver = false;
  private readonly loop: Promise<void>;
  private readonly world: Side;
  private readonly kindOf: (runId: string) => StoryKind | undefined;

  constructor(world: Side, kindOf: (runId: string) => StoryKind | undefined) {
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

  private async answer({ id, runId, attempt }: Waiting): Promise<void> {
    const kind = this.kindOf(runId);
    const approved = kind && playOf(kind).answers?.[attempt - 1];
    if (approved === undefined) return;
    // The same person says the same again until the question is gone.
    if (!this.answers.some((one) => one.incidentId === id && one.attempt === attempt))
      this.answers.push({ runId, attempt, incidentId: id, approved, at: this.world.now() });
    const body = { approved, by: 'chaos', reason: 'as the story says', attempt };
    await asked(this.world, `/v1/approvals/${id}`, body).catch(() => undefined);
  }
}

interface Waiting {
  id: string;
  runId: string;
  attempt: number;
}
