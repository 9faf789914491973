import { CrashProxy } from '@prunella/testing';

/** Counts what one service sends to NATS: each line is one message, and all but acknowledgements wait for an answer. */
export class Traffic {
  private readonly proxy: CrashProxy;
  private begun = 0;

  private constructor(proxy: CrashProxy) {
    this.proxy = proxy;
  }

  static async before(port: number): Promise<Traffic> {
    return new Traffic(await CrashProxy.start(port));
  }

  get url(): string {
    return this.proxy.url;
  }

  begin(): void {
    this.begun = this.proxy.passed.length;
  }

  /** How many of each kind since `begin`, the most first. */
  counted(): [kind: string, count: number][] {
    const counts = new Map<string, number>();
    for (const subject of this.proxy.passed.slice(this.begun)) {
      const kind = kindOf(subject);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1]);
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
  }
}

/** Without keys, ids and what else differs between two of the same kind. */
function kindOf(subject: string): string {
  const parts = subject.split('.');
  if (subject.startsWith('$JS.ACK.')) return `ack ${parts.length > 10 ? parts[5] : parts[3]}`;
  if (subject.startsWith('$KV.')) return `write ${parts[1]}`;
  if (subject.startsWith('$JS.API.DIRECT.GET.')) return `read ${parts[4]}`;
  if (subject.startsWith('$JS.API.STREAM.MSG.GET.')) return `read of the leader ${parts[5]}`;
  if (subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')) return `pull ${parts[6]}`;
  if (subject.startsWith('$JS.API.')) return parts.slice(2, 5).join('.');
  return parts
    .slice(0, 2)
    .join('.')
    .replace(/^original\..*/, 'original')
    .replace(/^_INBOX.*/, '_INBOX');
}
