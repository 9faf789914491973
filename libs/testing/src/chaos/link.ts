import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { NatsFrameReader } from './nats-frames.ts';

/** Messages of a NATS client that are tampered with on their way to the server, by their subject. */
export interface Tampering {
  subject: RegExp;
  /** Milliseconds that they are held back while all others pass them; `lost`: they never arrive. */
  held: number | 'lost';
}

interface Pair {
  client: Socket;
  upstream: Socket;
  /** Its bytes go nowhere any more, in either direction. */
  isDark: boolean;
}

/**
 * Stands between one process and a server on loopback and is a bad network, when it is told so: connections break, go silent without breaking (half-open), or are
 * slow. Between a client and NATS it can also lose or hold back single messages; whatever else it does is the same for every protocol.
 */
export class Link {
  /** How much later than they were sent bytes arrive, in milliseconds, in both directions. Their order stays. */
  delayMs = 0;
  private readonly pairs = new Set<Pair>();
  private readonly tamperings = new Set<Tampering>();
  private refusing = 0;
  private dark = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
    private readonly protocol: 'nats' | 'other',
  ) {}

  /** Listens on a free port of loopback. `target`: port of the server on loopback. */
  static async start(target: number, protocol: 'nats' | 'other' = 'nats'): Promise<Link> {
    const server = createServer();
    const link = new Link(server, target, protocol);
    server.on('connection', (client) => link.accept(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Breaks what is connected, and takes no connection until the function that it gives is called. */
  break(): () => void {
    this.refusing += 1;
    this.dropAll();
    return once(() => {
      this.refusing -= 1;
    });
  }

  /**
   * What is connected stays so, and nothing passes any more, in neither direction: as when the machine at the other end lost its power. New connections are the same. When
   * the function that it gives is called they break, and new ones work.
   */
  silence(): () => void {
    this.dark += 1;
    for (const pair of this.pairs) pair.isDark = true;
    return once(() => {
      this.dark -= 1;
      for (const pair of this.pairs) if (pair.isDark) drop(pair);
    });
  }

  /** Holds messages back, or loses them, until the function that it gives is called. For links to NATS only. */
  tamper(tampering: Tampering): () => void {
    this.tamperings.add(tampering);
    return once(() => this.tamperings.delete(tampering));
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.dropAll();
    await closed;
  }

  private accept(client: Socket): void {
    if (this.refusing > 0) {
      client.destroy();
      return;
    }
    const upstream = createConnection(this.target, '127.0.0.1');
    const pair: Pair = { client, upstream, isDark: this.dark > 0 };
    this.pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.pairs.delete(pair);
        drop(pair);
      });
    }
    const [up, down] = [new Pipe(() => this.delayMs), new Pipe(() => this.delayMs)];
    up.to = (bytes) => write(pair, upstream, bytes);
    down.to = (bytes) => write(pair, client, bytes);
    const frames = this.protocol === 'nats' ? new NatsFrameReader() : undefined;
    client.on('data', (chunk: Buffer) => {
      if (frames === undefined) return up.push(chunk);
      for (const { subject, bytes } of frames.read(chunk)) {
        const held = this.heldOf(subject);
        if (held === 0) up.push(bytes);
        else if (held !== 'lost') setTimeout(() => write(pair, upstream, bytes), held);
      }
    });
    upstream.on('data', (chunk: Buffer) => down.push(chunk));
  }

  private heldOf(subject: string): Tampering['held'] {
    if (subject === '') return 0;
    for (const tampering of this.tamperings) if (tampering.subject.test(subject)) return tampering.held;
    return 0;
  }

  private dropAll(): void {
    for (const pair of this.pairs) drop(pair);
  }
}

/** Bytes on their way in one direction, in order, each as late as the link was slow when it came. */
class Pipe {
  to: (bytes: Buffer) => void = () => undefined;
  private readonly waiting: { bytes: Buffer; dueAt: number }[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly delayMs: () => number) {}

  push(bytes: Buffer): void {
    const delayMs = this.delayMs();
    if (delayMs === 0 && this.waiting.length === 0) this.to(bytes);
    else {
      this.waiting.push({ bytes, dueAt: performance.now() + delayMs });
      this.timer ??= setTimeout(() => this.flush(), delayMs);
    }
  }

  private flush(): void {
    this.timer = undefined;
    for (;;) {
      const [next] = this.waiting;
      if (next === undefined) return;
      const leftMs = next.dueAt - performance.now();
      if (leftMs > 0) {
        this.timer = setTimeout(() => this.flush(), leftMs);
        return;
      }
      this.waiting.shift();
      this.to(next.bytes);
    }
  }
}

function write({ isDark }: Pair, to: Socket, bytes: Buffer): void {
  if (!isDark && !to.destroyed) to.write(bytes);
}

function drop({ client, upstream }: Pair): void {
  client.destroy();
  upstream.destroy();
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
