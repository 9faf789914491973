import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { stableId } from '@prunella/core';
import type { DeliveryLog, Receipt } from '../detect.ts';
import { whileSenderWaits } from './while-sender-waits.ts';

/** Remembers deliveries for longer than any sender sends them again, in every replica. */
@Injectable()
export class Deliveries implements DeliveryLog {
  constructor(private readonly bus: Bus) {}

  async find(source: string, deliveryId: string): Promise<Receipt | undefined> {
    return await whileSenderWaits(
      this.bus,
      async () => (await (await this.bucket()).get(keyOf(source, deliveryId)))?.value,
    );
  }

  async note(source: string, deliveryId: string, receipt: Receipt): Promise<void> {
    await whileSenderWaits(this.bus, async () => (await this.bucket()).put(keyOf(source, deliveryId), receipt));
  }

  private bucket() {
    return this.bus.bucket<Receipt>('prunella_deliveries');
  }
}

/** The sender chooses the id: it may hold anything, in any length. */
function keyOf(source: string, deliveryId: string): string {
  return stableId(source, deliveryId);
}
