import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { NatsFrameReader } from './nats-frames.ts';

/** Messages of a NATS client that are tampered with on their way to the server, by their subject. */
export interface Tampering {
  subject: RegExp;
  /** Milliseconds that they are held back while all others pass them; `lost`: they never arrive. */
  held: number | 'lost';
}

/** Told each time that a fault met something: what is planned need not happen to anything. */
export type Hit = () => void;

interface Slowness {
  delayMs: number;
  hit: Hit;
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
  private readonly pairs = new Set<Pair>();
  private readonly slownesses = new Set<Slowness>();
  private readonly tamperings = new Set<Tampering & { hit: Hit }>();
  private readonly refusals = new Set<{ hit: Hit }>();
  private readonly silences = new Set<{ hit: Hit }>();

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

  /** Bytes arrive so much later than they were sent, in both directions, until the function that it gives is called. Their order stays. Two at once add up. */
  slow(delayMs: number, hit: Hit = nothing): () => void {
    return during(this.slownesses, { delayMs, hit });
  }

  /** Breaks what is connected, and takes no connection until the function that it gives is called. `hit`: for each connection. */
  break(hit: Hit = nothing): () => void {
    for (const pair of this.pairs) {
      hit();
      drop(pair);
    }
    return during(this.refusals, { hit });
  }

  /**
   * What is connected stays so, and nothing passes any more, in neither direction: as when the machine at the other end lost its power. New connections are the same. When
   * the function that it gives is called they break, and new ones work. `hit`: whenever something is said that does not pass.
   */
  silence(hit: Hit = nothing): () => void {
    for (const pair of this.pairs) pair.isDark = true;
    const end = during(this.silences, { hit });
    return () => {
      end();
      for (const pair of this.pairs) if (pair.isDark) drop(pair);
    };
  }

  /** Holds messages back, or loses them, until the function that it gives is called. For links to NATS only. `hit`: for each message. */
  tamper(tampering: Tampering, hit: Hit = nothing): () => void {
    return during(this.tamperings, { ...tampering, hit });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const pair of this.pairs) drop(pair);
    await closed;
  }

  private accept(client: Socket): void {
    if (this.refusals.size > 0) {
      tell(this.refusals);
      client.destroy();
      return;
    }
    const upstream = createConnection(this.target, '127.0.0.1');
    const pair: Pair = { client, upstream, isDark: this.silences.size > 0 };
    this.pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.pairs.delete(pair);
        drop(pair);
      });
    }
    const [up, down] = [new Pipe(() => this.delayNow()), new Pipe(() => this.delayNow())];
    up.to = (bytes) => this.write(pair, upstream, bytes);
    down.to = (bytes) => this.write(pair, client, bytes);
    const frames = this.protocol === 'nats' ? new NatsFrameReader() : undefined;
    client.on('data', (chunk: Buffer) => {
      if (frames === undefined) return up.push(chunk);
      for (const { subject, bytes } of frames.read(chunk)) {
        const held = this.heldOf(subject);
        if (held === 0) up.push(bytes);
        else if (held !== 'lost') setTimeout(() => this.write(pair, upstream, bytes), held);
      }
    });
    upstream.on('data', (chunk: Buffer) => down.push(chunk));
  }

  private heldOf(subject: string): Tampering['held'] {
    if (subject === '') return 0;
    const found = [...this.tamperings].find((tampering) => tampering.subject.test(subject));
    found?.hit();
    return found?.held ?? 0;
  }

  private delayNow(): number {
    tell(this.slownesses);
    return [...this.slownesses].reduce((sum, { delayMs }) => sum + delayMs, 0);
  }

  private write({ isDark }: Pair, to: Socket, bytes: Buffer): void {
    if (isDark) tell(this.silences);
    else if (!to.destroyed) to.write(bytes);
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

function drop({ client, upstream }: Pair): void {
  client.destroy();
  upstream.destroy();
}

/** @returns takes it out again; more than once: does nothing. */
function during<T>(all: Set<T>, one: T): () => void {
  all.add(one);
  return () => {
    all.delete(one);
  };
}

function tell(all: Iterable<{ hit: Hit }>): void {
  for (const { hit } of all) hit();
}

function nothing(): void {}
