import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';

/** What a server says to whoever writes over something that is not there any more; writes over the same revision have the same id (ADR 0039). */
const CONFLICT = /"err_code":\s*10071\b|"duplicate":\s*true/;

/** All that goes over one NATS server, counted by what it is for: what a design costs, whatever else the machine does. */
export class Traffic {
  private readonly counts = new Map<string, number>();
  /** Writes to buckets whose answer did not come yet, by where it is to come. */
  private readonly writes = new Map<string, string>();

  private readonly nats: NatsConnection;

  private constructor(nats: NatsConnection) {
    this.nats = nats;
  }

  /** Begins to count. It hears every message, which costs the server: not for measuring time. */
  static async listen(servers: string): Promise<Traffic> {
    const nats = await connect({ servers, name: 'traffic' });
    const traffic = new Traffic(nats);
    nats.subscribe('>', {
      callback: (error, message) => {
        if (error === null) traffic.note(message);
      },
    });
    await nats.flush();
    return traffic;
  }

  /**
   * What was counted since the last time, by name: `write`, `read`, `conflict` and `told` (a change, to one watch) of a bucket; `pull`, `ack`, `nak`, `working` and `again` (an
   * acknowledgement of what was delivered before) of a consumer; `publish` and `deliver` of a subject; `call` of anything else that JetStream does.
   */
  async take(): Promise<Record<string, number>> {
    await this.nats.flush();
    const taken = Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.counts.clear();
    return taken;
  }

  async close(): Promise<void> {
    await this.nats.close();
  }

  private note(message: Msg): void {
    const { subject, reply } = message;
    if (subject.startsWith('_INBOX.')) this.noteAnswer(message);
    const name = nameOf(message);
    if (name === undefined) return;
    this.count(name);
    if (name.startsWith('write ') && reply) this.writes.set(reply, name.slice('write '.length));
  }

  private noteAnswer({ subject, data }: Msg): void {
    const bucket = this.writes.get(subject);
    if (bucket === undefined) return;
    this.writes.delete(subject);
    if (data.length < 1_000 && CONFLICT.test(new TextDecoder().decode(data))) this.count(`conflict ${bucket}`);
  }

  private count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

/** undefined: an answer, or something that has no meaning of its own. */
function nameOf(message: Msg): string | undefined {
  const parts = message.subject.split('.');
  if (parts[0] === '_INBOX') return undefined;
  const isDelivered = message.reply?.startsWith('$JS.ACK.') === true;
  if (parts[0] === '$KV') return `${isDelivered ? 'told' : 'write'} ${parts[1]}`;
  if (parts[0] === '$JS' && parts[1] === 'ACK') {
    const consumer = parts[3];
    const said = new TextDecoder().decode(message.data);
    if (said.startsWith('-NAK')) return `nak ${consumer}`;
    if (said.startsWith('+WPI')) return `working ${consumer}`;
    return Number(parts[4]) > 1 ? `again ${consumer}` : `ack ${consumer}`;
  }
  if (parts[0] === '$JS' && parts[1] === 'API') return nameOfCall(parts.slice(2));
  if (parts[0]?.startsWith('$')) return undefined;
  // A digest and no word.
  const subject = parts[0] === 'original' ? 'original.*' : message.subject;
  return `${isDelivered ? 'deliver' : 'publish'} ${subject}`;
}

/** `DIRECT.GET.KV_bucket.$KV.bucket.key`, `STREAM.MSG.GET.KV_bucket`, `CONSUMER.MSG.NEXT.PRUNELLA.consumer`, ... */
function nameOfCall(parts: readonly string[]): string {
  const [kind, what, , stream = ''] = parts;
  if (kind === 'DIRECT') return `read ${parts[2]?.replace(/^KV_/, '')}`;
  if (kind === 'STREAM' && what === 'MSG') return `read ${stream.replace(/^KV_/, '')}`;
  if (kind === 'CONSUMER' && what === 'MSG') return `pull ${parts[4]}`;
  return `call ${kind}.${what} ${parts[2] ?? ''}`;
}
