/** More are forgotten, the oldest first. */
const MOST = 10_000;

/** What was asked not long ago, so that it is not asked at each failure again. Of this process only: it saves requests, nothing else. */
export class AskedLately {
  private readonly known = new Map<string, { until: number; gap: string | undefined }>();

  /** @param gap why there was no answer; undefined: there was one. */
  remember(key: string, until: number, gap?: string): void {
    this.known.delete(key);
    this.known.set(key, { until, gap });
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MOST) break;
      this.known.delete(oldest);
    }
  }

  /** undefined: it may be asked. */
  find(key: string, now: number): { gap: string | undefined } | undefined {
    const found = this.known.get(key);
    return found !== undefined && now < found.until ? found : undefined;
  }
}
