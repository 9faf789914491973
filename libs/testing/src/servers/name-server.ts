import { createSocket, type Socket } from 'node:dgram';

const ANSWER = 0x8180;
const NO_SUCH_NAME = 3;
const SERVER_FAILURE = 2;
const TYPE_A = 1;

/** A name server on a loopback port that knows A records only. */
export class NameServer {
  /** Addresses by name, in small letters. */
  readonly addresses = new Map<string, string>();
  /** How it answers: as it should, with an error, or not at all. */
  mood: 'well' | 'failing' | 'silent' = 'well';

  private constructor(private readonly socket: Socket) {
    socket.on('message', (query, from) => {
      if (this.mood !== 'silent') socket.send(this.answerTo(query), from.port, from.address);
    });
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new NameServer(socket);
  }

  /** `127.0.0.1:port`, as resolvers take it. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }

  private answerTo(query: Buffer): Buffer {
    const { name, end, type } = questionOf(query);
    const known = this.addresses.get(name.toLowerCase());
    const has = this.mood === 'well' && known !== undefined && type === TYPE_A;
    const error = this.mood === 'failing' ? SERVER_FAILURE : known === undefined ? NO_SUCH_NAME : 0;
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    for (const [at, value] of [ANSWER | error, 1, has ? 1 : 0].entries()) head.writeUInt16BE(value, 2 + at * 2);
    return Buffer.concat([head, query.subarray(12, end), ...(has ? [recordOf(known)] : [])]);
  }
}

function questionOf(query: Buffer): { name: string; end: number; type: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 5, type: query.readUInt16BE(at + 1) };
}

/** The name is that of the question; type A, class IN, a minute. */
function recordOf(address: string): Buffer {
  return Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
}
