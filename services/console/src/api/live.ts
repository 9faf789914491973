import { fields } from '../model/event-data.ts';
import type { Joined } from '../model/fold.ts';
import type { Incident } from '../model/incident.ts';
import { createSseParser } from '../model/sse.ts';
import { call } from './client.ts';
import { isTokenNeeded, onTokenChange } from './token.ts';

/** `paused`: the tab is in the background and gave its connection back. */
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'paused';

/** Without a sign of life (the server pings) for so long, the connection counts as lost. */
const SILENCE_MS = 60_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * The server-sent events of the auditor. Reads them by fetch, because a browser's EventSource cannot send the token.
 * Connects again by itself with growing, jittered delays. It is paused while nobody looks at the tab: a browser keeps
 * only six connections to one server, and seven open tabs would lock each other out.
 */
export class LiveConnection {
  private state: LiveState = 'connecting';
  private everLive = false;
  private failures = 0;
  private lastId: string | undefined;
  private running: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stateListeners = new Set<() => void>();
  private readonly incidentListeners = new Set<(incident: Incident) => void>();
  private readonly joinedListeners = new Set<(joined: Joined) => void>();
  private readonly catchUpListeners = new Set<() => void>();

  /** Starts it; the returned function stops it for good. */
  start(): () => void {
    const onVisibility = () => (document.hidden ? this.pause() : this.connect());
    document.addEventListener('visibilitychange', onVisibility);
    const stopToken = onTokenChange(() => isTokenNeeded() || this.connect());
    onVisibility();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      stopToken();
      this.drop();
    };
  }

  readonly getState = (): LiveState => this.state;

  readonly onState = (listener: () => void): (() => void) => subscribe(this.stateListeners, listener);

  /** Called with every incident that was created or changed. */
  readonly onIncident = (listener: (incident: Incident) => void): (() => void) =>
    subscribe(this.incidentListeners, listener);

  /** Called with every incident that turned out to be a part of another. */
  readonly onJoined = (listener: (joined: Joined) => void): (() => void) => subscribe(this.joinedListeners, listener);

  /** Called when it is live again after a gap: what happened meanwhile has to be fetched. */
  readonly onCatchUp = (listener: () => void): (() => void) => subscribe(this.catchUpListeners, listener);

  private connect(): void {
    this.drop();
    this.set(this.everLive ? 'reconnecting' : 'connecting');
    const running = new AbortController();
    this.running = running;
    void this.read(running).then(
      () => this.lost(running),
      () => this.lost(running),
    );
  }

  private async read(running: AbortController): Promise<void> {
    const watchdog = this.watch(running);
    try {
      const response = await call('/v1/stream', {
        signal: running.signal,
        headers: {
          accept: 'text/event-stream',
          ...(this.lastId === undefined ? {} : { 'last-event-id': this.lastId }),
        },
      });
      if (!response.body) return;
      this.becomeLive();
      const parser = createSseParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        watchdog.alive();
        for (const event of parser.push(piece.value)) {
          this.lastId = event.id ?? this.lastId;
          if (event.event === 'incident') this.deliver(event.data);
          if (event.event === 'joined') this.deliverJoined(event.data);
        }
      }
    } finally {
      watchdog.stop();
    }
  }

  private watch(running: AbortController): { alive(): void; stop(): void } {
    let timer: ReturnType<typeof setTimeout>;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => running.abort(), SILENCE_MS);
    };
    alive();
    return { alive, stop: () => clearTimeout(timer) };
  }

  private becomeLive(): void {
    const gap = this.everLive;
    this.everLive = true;
    this.failures = 0;
    this.set('live');
    if (gap) for (const listener of this.catchUpListeners) listener();
  }

  private deliver(data: string): void {
    const incident = parseIncident(data);
    if (incident) for (const listener of this.incidentListeners) listener(incident);
  }

  private deliverJoined(data: string): void {
    const joined = parseJoined(data);
    if (joined) for (const listener of this.joinedListeners) listener(joined);
  }

  private lost(running: AbortController): void {
    if (this.running !== running) return;
    this.failures += 1;
    this.set(this.everLive ? 'reconnecting' : 'connecting');
    // A new token starts it again; until then every try would be refused.
    if (isTokenNeeded()) return;
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures);
    this.timer = setTimeout(() => this.connect(), longest / 2 + (Math.random() * longest) / 2);
  }

  private pause(): void {
    this.drop();
    this.set('paused');
  }

  private drop(): void {
    clearTimeout(this.timer);
    const running = this.running;
    this.running = undefined;
    running?.abort();
  }

  private set(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const listener of this.stateListeners) listener();
  }
}

function parseIncident(data: string): Incident | undefined {
  try {
    const value: unknown = JSON.parse(data);
    const { id, openedAt, updatedAt } = fields(value);
    const complete = typeof id === 'string' && typeof openedAt === 'string' && typeof updatedAt === 'string';
    return complete ? (value as Incident) : undefined;
  } catch {
    return undefined;
  }
}

function parseJoined(data: string): Joined | undefined {
  try {
    const { id, incidentId } = fields(JSON.parse(data));
    return typeof id === 'string' && typeof incidentId === 'string' ? { id, incidentId } : undefined;
  } catch {
    return undefined;
  }
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
