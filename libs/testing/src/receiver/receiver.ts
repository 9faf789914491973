import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { slackViolations } from './slack-limits.ts';

/** One request that arrived. */
export interface Received {
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** An HTTP server that takes notes: a stand-in for Slack's incoming webhooks, with Slack's limits, and for generic receivers. */
export class Receiver {
  /** What was accepted, in order. */
  readonly received: Received[] = [];
  /** What Slack would have refused, and so did we; a test expects none. */
  readonly violations: string[] = [];
  private readonly answers: { status: number; headers?: Record<string, string> }[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const body = JSON.parse(Buffer.concat(chunks).toString() || 'null') as unknown;
      const found = hasBlocks(body) ? slackViolations(body) : [];
      this.violations.push(...found);
      const next = this.answers.shift() ?? { status: found.length > 0 ? 400 : 200 };
      if (next.status < 300) this.received.push({ path: request.url ?? '/', headers, body });
      response.writeHead(next.status, next.headers ?? {}).end(next.status < 300 ? 'ok' : 'invalid_blocks');
    });
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What the next request is answered; after that 200 again. */
  answerNext(status: number, headers: Record<string, string> = {}): void {
    this.answers.push({ status, headers });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function hasBlocks(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'blocks' in body;
}
