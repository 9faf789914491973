import type { Publishable } from './draft.ts';
import type { Receipt } from './receipt.ts';

/** An event that is not yet in the stream. */
export interface Waiting {
  id: string;
  subject: Publishable;
  /** CloudEvents source and id: by it the stream knows what it has already. */
  messageId: string;
  bytes: Uint8Array;
  /** When it was handed over, in milliseconds since the epoch. */
  since: number;
  /** Tells the caller, once. */
  settle(receipt: Receipt): void;
}

export interface Room {
  most: number;
  mostBytes: number;
}

/** Events that wait, in the order in which they came; bounded by number and bytes. */
export class WaitingRoom {
  private readonly events = new Set<Waiting>();
  private bytes = 0;

  constructor(private readonly room: Room) {}

  get size(): number {
    return this.events.size;
  }

  /** False: there is no room for it. */
  add(event: Waiting): boolean {
    if (this.events.size >= this.room.most || this.bytes + event.bytes.length > this.room.mostBytes) return false;
    this.events.add(event);
    this.bytes += event.bytes.length;
    return true;
  }

  /** The first `most` of them. */
  first(most: number): Waiting[] {
    return [...this.events].slice(0, most);
  }

  /** Takes one out; false: it was out already. */
  remove(event: Waiting): boolean {
    if (!this.events.delete(event)) return false;
    this.bytes -= event.bytes.length;
    return true;
  }
}
