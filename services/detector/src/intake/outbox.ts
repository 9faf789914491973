import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { Report } from '../sources/source.ts';
import { whileSenderWaits } from './while-sender-waits.ts';

/** Puts reports on the bus, or says soon that it can't. */
@Injectable()
export class Outbox {
  constructor(private readonly bus: Bus) {}

  /** Resolves when the report is on disk. Publishing the same id again changes nothing. Throws UnreachableError. */
  async publish(report: Report, withinMs?: number): Promise<void> {
    await this.publishOnce(report, withinMs);
  }

  /** The same. True: nobody had published it before. */
  async publishOnce(report: Report, withinMs?: number): Promise<boolean> {
    const { subject, ...publication } = report;
    const publish = () => this.bus.publish(subject, publication as Parameters<Bus['publish']>[1]);
    const { duplicate } = await whileSenderWaits(this.bus, publish, withinMs);
    return !duplicate;
  }
}
