import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedServer } from '@prunella/embedded';

const BEGIN_AGAIN_MS = 500;
/** Longer than any fault lasts that keeps a server down. */
const BEGIN_WITHIN_MS = 60_000;

/** A server that several faults at once may hold down: it runs again when the last of them lets go. */
export class HeldServer {
  private holds = 0;
  private pauses = 0;
  private work: Promise<void> = Promise.resolve();
  private server: EmbeddedServer;
  /** Processes that stand still. */
  private paused: number[] = [];
  private isDown = false;
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

  /** Takes it down, and gives the way to let it up again. @param hit called when it ran. */
  async hold(how: 'kill' | 'stop', hit: () => void = () => undefined): Promise<() => Promise<void>> {
    this.holds += 1;
    await this.next(async () => {
      if (this.isDown) return;
      hit();
      this.isDown = true;
      // What stands still could not end, and would keep what the next one needs.
      const gone = how === 'kill' ? this.server.kill() : this.server.stop();
      this.goOn();
      await gone;
    });
    return async () => {
      this.holds -= 1;
      if (this.holds > 0) return;
      await this.next(async () => {
        if (this.holds > 0) return;
        this.server = await this.begun();
        this.isDown = false;
      });
    };
  }

  /** SIGSTOP to it and to all processes that it began, and the way to let them go on. @param hit called when it ran. */
  async pause(hit: () => void = () => undefined): Promise<() => Promise<void>> {
    this.pauses += 1;
    await this.next(async () => {
      if (this.isDown) return;
      hit();
      await this.stand(this.server.pid);
    });
    return () =>
      this.next(async () => {
        this.pauses -= 1;
        if (this.pauses === 0) this.goOn();
      });
  }

  /** Again and again, as a supervisor would: another fault, such as a full disk, may keep it from coming up. */
  private async begun(): Promise<EmbeddedServer> {
    const until = performance.now() + BEGIN_WITHIN_MS;
    for (;;) {
      try {
        return await this.begin();
      } catch (error) {
        if (performance.now() > until) throw error;
        await sleep(BEGIN_AGAIN_MS);
      }
    }
  }

  async stop(): Promise<void> {
    await this.next(async () => {
      this.goOn();
      await this.server.stop();
    });
  }

  /** Parents before their children, so that they begin no more of them. PostgreSQL answers each connection in a child of a session of its own. Linux only. */
  private async stand(pid: number): Promise<void> {
    signal(pid, 'SIGSTOP');
    this.paused.push(pid);
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    for (const child of children.split(' ').filter(Boolean)) await this.stand(Number(child));
  }

  private goOn(): void {
    for (const pid of this.paused.splice(0).reverse()) signal(pid, 'SIGCONT');
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
