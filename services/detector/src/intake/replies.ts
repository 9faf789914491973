import { Injectable } from '@nestjs/common';
import { Bus, type ReplyTo } from '@prunella/bus';
import { replyKey } from '@prunella/core';
import { whileSenderWaits } from './while-sender-waits.ts';

/** Keeps where people who answered want to be told what became of it; the remediator, which decides that, tells them. */
@Injectable()
export class Replies {
  constructor(private readonly bus: Bus) {}

  /** @param answer id of the event. Throws UnreachableError. */
  async keep(answer: string, address: string, withinMs?: number): Promise<void> {
    await whileSenderWaits(
      this.bus,
      async () => (await this.bus.bucket<ReplyTo>('prunella_replies')).put(replyKey(answer), { address }),
      withinMs,
    );
  }
}
