import { Injectable } from '@nestjs/common';

/** So many senders are answered within milliseconds, whatever else is done. */
const FEW = 8;
/** What makes room for senders goes on after this in any case, in milliseconds: a flood must not keep it waiting for ever. */
const LONGEST_MS = 500;

/** Senders of webhooks wait for their answer, and hang up; what was taken is on disk and can wait. So the second makes room for the first. */
@Injectable()
export class Door {
  private waiting = 0;
  /** Who makes room, the first that came first. */
  private readonly resting = new Set<() => void>();

  /** Does what a sender waits for. */
  async answer<T>(work: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    try {
      return await work();
    } finally {
      this.waiting -= 1;
      this.wake();
    }
  }

  /** Resolves when few senders wait for an answer: one after the other as long as there are any, and all when there are none. */
  async makeRoom(longestMs = LONGEST_MS): Promise<void> {
    if (this.waiting < FEW && this.resting.size === 0) return;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        clearTimeout(timer);
        this.resting.delete(goOn);
        resolve();
      };
      const timer = setTimeout(goOn, longestMs);
      this.resting.add(goOn);
    });
  }

  private wake(): void {
    if (this.waiting >= FEW) return;
    for (const goOn of [...this.resting]) {
      goOn();
      if (this.waiting > 0) return;
    }
  }
}
