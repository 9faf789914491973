import type { Bus } from '@prunella/bus';

/** What ends the way from a webhook to a decision: it was carried out, recommended or handed over, or somebody is asked. */
const SUBJECTS = ['action.executed', 'action.requested'] as const;

/** How long a decision took. Times in ms, `sentAt` since the load began. */
export interface Decided {
  sentAt: number;
  tookMs: number;
}

interface Told {
  data: { run?: { runId?: string } };
}

/** When the first decision about each failed run was published. Only what waits for one is kept. */
export class Decisions {
  readonly decided: Decided[] = [];
  private readonly waiting = new Map<string, number>();
  private readonly now: () => number;

  constructor(bus: Bus, now: () => number) {
    this.now = now;
    for (const subject of SUBJECTS) {
      bus.nats.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) this.note(message.json<Told>().data.run?.runId ?? '');
        },
      });
    }
  }

  /** A run of that id failed just now. */
  expect(runId: string): void {
    this.waiting.set(runId, this.now());
  }

  /** How many have none yet. */
  get open(): number {
    return this.waiting.size;
  }

  /** Ids of runs without one. */
  get missing(): string[] {
    return [...this.waiting.keys()];
  }

  private note(runId: string): void {
    const sentAt = this.waiting.get(runId);
    if (sentAt === undefined) return;
    this.waiting.delete(runId);
    this.decided.push({ sentAt, tookMs: this.now() - sentAt });
  }
}
