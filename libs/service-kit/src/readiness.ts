import { Injectable } from '@nestjs/common';

/** What a service needs besides NATS to be ready; each check resolves, or rejects with what is missing. */
@Injectable()
export class Readiness {
  readonly checks = new Map<string, () => Promise<unknown>>();

  add(name: string, check: () => Promise<unknown>): void {
    this.checks.set(name, check);
  }
}
