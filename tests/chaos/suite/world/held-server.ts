import type { EmbeddedServer } from '@prunella/embedded';

/** A server that several faults at once may hold down: it runs again when the last of them lets go. */
export class HeldServer {
  private holds = 0;
  private work: Promise<void> = Promise.resolve();
  private server: EmbeddedServer;
  private readonly begin: () => Promise<EmbeddedServer>;

  private constructor(server: EmbeddedServer, begin: () => Promise<EmbeddedServer>) {
    this.server = server;
    this.begin = begin;
  }

  /** @param begin starts it on the same port, with the same data, each time. */
  static async start(begin: () => Promise<EmbeddedServer>): Promise<HeldServer> {
    return new HeldServer(await begin(), begin);
  }

  get pid(): number {
    return this.server.pid;
  }

  /** Takes it down, and gives the way to let it up again. */
  async hold(how: 'kill' | 'stop'): Promise<() => Promise<void>> {
    this.holds += 1;
    await this.next(() => (how === 'kill' ? this.server.kill() : this.server.stop()));
    return async () => {
      this.holds -= 1;
      if (this.holds > 0) return;
      await this.next(async () => {
        if (this.holds === 0) this.server = await this.begin();
      });
    };
  }

  /** SIGSTOP, and the way to let it go on. */
  pause(): () => void {
    const { pid } = this.server;
    signal(pid, 'SIGSTOP');
    return () => signal(pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await this.next(() => this.server.stop());
  }

  /** One after the other. */
  private next(work: () => Promise<void>): Promise<void> {
    const done = this.work.then(work);
    this.work = done.catch(() => undefined);
    return done;
  }
}

/** To a process that may be gone meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
