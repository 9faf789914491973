import { Controller, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { ConfidenceBook } from './confidence-book.ts';

/** Keeps the book of what was learnt up to date. */
@Controller()
export class ConfidenceConsumer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stop = new AbortController();

  constructor(private readonly book: ConfidenceBook) {}

  /** Before the first failure is taken: what was learnt must count for it too. */
  async onApplicationBootstrap(): Promise<void> {
    await this.book.follow(this.stop.signal);
  }

  onApplicationShutdown(): void {
    this.stop.abort();
  }

  @Consumes('diagnoser-confidence')
  async onUpdated(@Payload() event: Delivered<'diagnoser-confidence'>): Promise<void> {
    await this.book.record(event.data);
  }
}
