import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world/world.ts';
import type { Memory } from './ledger.ts';

const LOOK_EVERY_MS = 1_000;

/** Looks at how much memory each process has. Linux only; elsewhere nothing is seen. */
export class MemoryWatch {
  private readonly most = new Map<string, number>();
  private isOver = false;
  private readonly loop: Promise<void>;
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
    this.loop = this.watch();
  }

  get seen(): Memory[] {
    return [...this.most].map(([process, mostMiB]) => ({ process, mostMiB }));
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.loop;
  }

  private async watch(): Promise<void> {
    while (!this.isOver) {
      for (const { name, pid } of this.world.services.values()) {
        const status = pid === 0 ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
        const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
        this.most.set(name, Math.max(this.most.get(name) ?? 0, kibibytes / 1_024));
      }
      await sleep(LOOK_EVERY_MS);
    }
  }
}
