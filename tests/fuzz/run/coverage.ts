import { Session } from 'node:inspector';

/** What of our code and its libraries ran, as V8 counts it (block coverage). Costs about a millisecond for each question (ADR 0044). */
export class Coverage {
  private readonly session = new Session();
  /** Which parts of a function ran together. */
  private readonly seen = new Set<string>();

  constructor() {
    this.session.connect();
    this.post('Profiler.enable');
    this.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Whether something ran since the last question that never did before. What is new stays so until it is noted. */
  isFresh(): boolean {
    return this.parts().some((part) => !this.seen.has(part));
  }

  /** Notes what ran since the last question; whether something of it is new. */
  note(): boolean {
    const before = this.seen.size;
    for (const part of this.parts()) this.seen.add(part);
    return this.seen.size > before;
  }

  get size(): number {
    return this.seen.size;
  }

  /** Everything is new again. */
  forget(): void {
    this.take();
    this.seen.clear();
  }

  /** A function and which parts of it did not run, for each that did. */
  private parts(): string[] {
    return this.take()
      .filter(({ url }) => url.startsWith('file:') && !url.includes('/tests/fuzz/') && !url.includes('/fast-check/'))
      .flatMap(({ url, functions }) =>
        functions
          .filter(({ ranges: [whole] }) => whole !== undefined && whole.count > 0)
          .map(({ ranges }) => {
            const skipped = ranges.filter(({ count }) => count === 0).map(({ startOffset }) => startOffset);
            return [url, ranges[0]?.startOffset, ...skipped].join();
          }),
      );
  }

  private take(): { url: string; functions: { ranges: { startOffset: number; count: number }[] }[] }[] {
    return this.post('Profiler.takePreciseCoverage')?.result ?? [];
  }

  /** Answers at once: it is the same thread. */
  // biome-ignore lint/suspicious/noExplicitAny: each method has another answer
  private post(method: string, parameters: object = {}): any {
    let answer: unknown;
    this.session.post(method, parameters, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }
}
