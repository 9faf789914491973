import { withVisibleMarks } from './marks.ts';

/** One server-sent event. */
export interface ServerEvent {
  /** `message` where the server names none. */
  event: string;
  data: string;
  id: string | undefined;
}

export interface SseParser {
  /** Takes the next piece of the stream, however it was cut, and returns the events that it completes. */
  push(chunk: string): ServerEvent[];
}

/** Longest event that is kept, in UTF-16 code units; a longer one is dropped so that a broken server cannot fill the memory. */
const MAX_EVENT = 4_000_000;

/** Reads `text/event-stream` as the HTML standard defines it, without the parts that need a browser's own EventSource. Marks of direction in it are made visible. */
export function createSseParser(): SseParser {
  let rest = '';
  let event = '';
  let data: string[] = [];
  let size = 0;
  let id: string | undefined;

  function finish(): ServerEvent | undefined {
    const done =
      data.length > 0 && size <= MAX_EVENT
        ? { event: event || 'message', data: withVisibleMarks(data.join('\n')), id }
        : undefined;
    event = '';
    data = [];
    size = 0;
    return done;
  }

  function field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') event = value;
    if (name === 'id') id = value;
    if (name !== 'data') return;
    size += value.length;
    if (size <= MAX_EVENT) data.push(value);
  }

  return {
    push(chunk) {
      // A carriage return at the very end may be half of CRLF: it waits for the next piece.
      const text = rest + chunk;
      const held = text.endsWith('\r') ? 1 : 0;
      const lines = text.slice(0, text.length - held).split(/\r\n|\n|\r/);
      rest = (lines.pop() ?? '') + text.slice(text.length - held);
      const events: ServerEvent[] = [];
      for (const line of lines) {
        if (line !== '') {
          field(line);
          continue;
        }
        const done = finish();
        if (done) events.push(done);
      }
      return events;
    },
  };
}
