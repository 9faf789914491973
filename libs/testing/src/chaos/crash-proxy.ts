import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { type Frame, NatsFrameReader } from './nats-frames.ts';
import { PostgresFrameReader } from './postgres-frames.ts';

/** Where to cut: at the `nth` (from 1) message whose subject matches (a publish; with PostgreSQL `COMMIT`), `before` it reaches the server or right `after`. */
export interface Cut {
  subject: RegExp;
  nth: number;
  when: 'before' | 'after';
}

/**
 * Stands between one process and NATS (or PostgreSQL) and cuts the connection at an exact message, so that a test can kill the process between any two of
 * its steps, repeatably. After the cut nothing passes until `heal()`.
 */
export class CrashProxy {
  /** Subjects of all publishes that passed, in order. */
  readonly passed: string[] = [];
  private readonly sockets = new Set<Socket>();
  private cut: (Cut & { onCut: () => void }) | undefined;
  private seen = 0;
  private broken = false;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
    private readonly reader: () => { read(chunk: Buffer): Frame[] },
  ) {}

  /** Listens on a free port of loopback. `target`: port of the server on loopback. */
  static async start(target: number, protocol: 'nats' | 'postgres' = 'nats'): Promise<CrashProxy> {
    const server = createServer();
    const proxy = new CrashProxy(server, target, () =>
      protocol === 'nats' ? new NatsFrameReader() : new PostgresFrameReader(),
    );
    server.on('connection', (client) => proxy.accept(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** For NATS_URL. */
  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Arms one cut; `onCut` is called at it, once. */
  arm(cut: Cut, onCut: () => void): void {
    this.cut = { ...cut, onCut };
    this.seen = 0;
  }

  /** Lets everything pass again, as if nothing had been armed. */
  heal(): void {
    this.cut = undefined;
    this.broken = false;
  }

  async stop(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.broken) {
      client.destroy();
      return;
    }
    const upstream = createConnection(this.target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const reader = this.reader();
    client.on('data', (chunk) => {
      for (const frame of reader.read(chunk)) if (!this.forward(frame, upstream)) return;
    });
    upstream.on('data', (chunk) => {
      if (!this.broken) client.write(chunk);
    });
  }

  private forward(frame: Frame, upstream: Socket): boolean {
    if (this.broken) return false;
    const hit = frame.subject !== '' && this.cut?.subject.test(frame.subject) === true && ++this.seen === this.cut.nth;
    if (hit && this.cut?.when === 'before') {
      this.crash();
      return false;
    }
    upstream.write(frame.bytes);
    if (frame.subject !== '') this.passed.push(frame.subject);
    if (!hit) return true;
    this.crash();
    return false;
  }

  private crash(): void {
    const onCut = this.cut?.onCut;
    this.cut = undefined;
    this.broken = true;
    onCut?.();
    // What was written must still reach the server; nothing comes back.
    setTimeout(() => this.drop(), 20);
  }

  private drop(): void {
    for (const socket of this.sockets) socket.end();
  }
}
