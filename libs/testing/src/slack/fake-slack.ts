import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { slackViolations } from '../receiver/slack-limits.ts';

/** A message that stands in a channel. */
export interface FakeMessage {
  channel: string;
  ts: string;
  text: string;
  blocks: unknown[];
  metadata?: { event_type: string; event_payload: Record<string, unknown> };
  /** How often it was changed. */
  edits: number;
}

/** What the next call of a method meets. `lost`: it takes effect, and its answer never arrives. */
export type SlackFault = { error: string } | { status: number; headers?: Record<string, string> } | 'lost';

type Body = Record<string, unknown>;
type Reply = { ok: true } & Body;

/** A method's no, in Slack's words. */
class Refused extends Error {
  constructor(
    readonly error: string,
    readonly more: Body = {},
  ) {
    super(error);
  }
}

const SCOPES: Readonly<Record<string, string>> = {
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.history': 'channels:history',
};
const MOST_METADATA = 40_000;

/**
 * Slack's Web API as far as a bot that posts needs it: chat.postMessage, chat.update and conversations.history.
 * https://docs.slack.dev/reference/methods
 */
export class FakeSlack {
  readonly token = 'xoxb-sesame';
  /** Channels by id. The bot is a member of those. */
  readonly channels = new Map([['C0BUILDS', 'builds']]);
  /** Channels by id in which the bot is not. */
  readonly foreign = new Map([['C0SECRET', 'secret']]);
  readonly scopes = new Set(['chat:write', 'channels:history']);
  readonly messages: FakeMessage[] = [];
  /** Methods that were called, in order, also in vain. */
  readonly calls: string[] = [];
  /** What no client that keeps to the documentation sends; a test expects none. */
  readonly violations: string[] = [];
  private readonly faults = new Map<string, SlackFault[]>();
  private count = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<FakeSlack> {
    const server = createServer();
    const slack = new FakeSlack(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return slack;
  }

  /** For SLACK_API_URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api`;
  }

  /** What the next calls of a method meet, one each. */
  failNext(method: string, ...faults: SlackFault[]): void {
    this.faults.set(method, [...(this.faults.get(method) ?? []), ...faults]);
  }

  /** Somebody deletes a message. */
  remove(ts: string): void {
    this.messages.splice(
      this.messages.findIndex((message) => message.ts === ts),
      1,
    );
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const method = (request.url ?? '').replace(/^\/api\//, '');
    this.calls.push(method);
    const fault = this.faults.get(method)?.shift();
    const send = (status: number, body: Body, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    if (typeof fault === 'object' && 'status' in fault) return void send(fault.status, {}, fault.headers);
    if (typeof fault === 'object') return void send(200, { ok: false, error: fault.error });
    try {
      const done = this.call(method, request, Buffer.concat(chunks).toString());
      if (fault === 'lost') response.destroy();
      else send(200, done);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      send(200, { ok: false, error: error.error, ...error.more });
    }
  }

  private call(method: string, request: IncomingMessage, text: string): Reply {
    const { authorization = '' } = request.headers;
    if (request.method !== 'POST') this.violations.push(`${method}: expected POST, found ${request.method}`);
    if (authorization === '') throw new Refused('not_authed');
    if (authorization !== `Bearer ${this.token}`) throw new Refused('invalid_auth');
    // Every token may ask whose it is.
    if (method === 'auth.test') {
      return {
        ok: true,
        url: 'https://acme.slack.com/',
        team: 'Acme',
        user: 'prunella',
        team_id: 'T0ACME',
        user_id: 'U0BOT',
      };
    }
    const needed = SCOPES[method];
    if (needed === undefined) throw new Refused('unknown_method', { req_method: method });
    if (!this.scopes.has(needed)) throw new Refused('missing_scope', { needed, provided: [...this.scopes].join(',') });
    const body = bodyOf(request.headers['content-type'] ?? '', text);
    switch (method) {
      case 'chat.postMessage':
        return this.post(body);
      case 'chat.update':
        return this.update(body);
      default:
        return this.history(body);
    }
  }

  private post({ channel, text, blocks, metadata }: Body): Reply {
    const id = this.channelOf(channel, true);
    const content = this.contentOf('chat.postMessage', text, blocks);
    const about = metadata as FakeMessage['metadata'];
    if (about !== undefined) this.checkMetadata(about);
    this.count += 1;
    // A second apart from each other, as Slack's own are at least.
    const ts = `${Math.floor(Date.now() / 1_000)}.${String(this.count).padStart(6, '0')}`;
    this.messages.push({ channel: id, ts, ...content, ...(about && { metadata: about }), edits: 0 });
    return { ok: true, channel: id, ts, message: { type: 'message', subtype: 'bot_message', ts, ...content } };
  }

  private update({ channel, ts, text, blocks }: Body): Reply {
    // Unlike chat.postMessage it takes no names.
    const id = this.channelOf(channel, false);
    const message = this.messages.find((one) => one.channel === id && one.ts === ts);
    if (message === undefined) throw new Refused('message_not_found');
    Object.assign(message, this.contentOf('chat.update', text, blocks), { edits: message.edits + 1 });
    return { ok: true, channel: id, ts: message.ts, text: message.text };
  }

  private history({ channel, oldest = '0', limit = '100', include_all_metadata: all }: Body): Reply {
    const id = this.channelOf(channel, false);
    if (!(Number(limit) >= 1 && Number(limit) <= 999)) throw new Refused('invalid_limit');
    const found = this.messages.filter((one) => one.channel === id && Number(one.ts) > Number(oldest)).reverse();
    const messages = found.slice(0, Number(limit)).map(({ edits: _, channel: _in, metadata, ...message }) => ({
      type: 'message',
      ...message,
      ...(all === 'true' && metadata && { metadata }),
    }));
    return { ok: true, messages, has_more: found.length > messages.length };
  }

  private channelOf(channel: unknown, byName: boolean): string {
    const named = (channels: Map<string, string>) =>
      [...channels].find(([id, name]) => id === channel || (byName && `#${name}` === channel))?.[0];
    const id = named(this.channels);
    if (id !== undefined) return id;
    throw new Refused(named(this.foreign) === undefined ? 'channel_not_found' : 'not_in_channel');
  }

  private contentOf(method: string, text: unknown, blocks: unknown): Pick<FakeMessage, 'text' | 'blocks'> {
    if (typeof text !== 'string' || text === '') throw new Refused('no_text');
    const found = slackViolations({ text, blocks });
    if (found.length === 0) return { text, blocks: blocks as unknown[] };
    this.violations.push(...found.map((violation) => `${method}: ${violation}`));
    throw new Refused('invalid_blocks', { response_metadata: { messages: found } });
  }

  private checkMetadata({ event_type: type, event_payload: payload }: NonNullable<FakeMessage['metadata']>): void {
    if (typeof type !== 'string' || !/^[a-z0-9_]+$/i.test(type) || typeof payload !== 'object') {
      throw new Refused('invalid_metadata_format');
    }
    if (JSON.stringify(payload).length > MOST_METADATA) throw new Refused('metadata_too_large');
  }
}

function bodyOf(type: string, text: string): Body {
  if (type.startsWith('application/json')) return JSON.parse(text) as Body;
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text));
  throw new Refused('invalid_post_type');
}
