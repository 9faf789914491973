import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { FailedTestsBook } from './failed-tests-book.ts';
import { FlakyBook } from './flaky-book.ts';

/** Keeps the books of what is known of tests up to date. */
@Controller()
export class TestsConsumer {
  constructor(
    private readonly failed: FailedTestsBook,
    private readonly flaky: FlakyBook,
  ) {}

  @Consumes('diagnoser-tests')
  async onReported(@Payload() event: Delivered<'diagnoser-tests'>): Promise<void> {
    await this.failed.record(event.data);
  }

  @Consumes('diagnoser-flakiness')
  async onUpdated(@Payload() event: Delivered<'diagnoser-flakiness'>): Promise<void> {
    await this.flaky.record(event.data);
  }
}
