import fc from 'fast-check';
import { createSseParser, type ServerEvent } from './sse.ts';

const STREAM =
  ': hello\n\nevent: ping\ndata: {}\n\nevent: incident\r\ndata: {"id":"a",\r\ndata: "b":1}\r\nid: 7\r\n\r\ndata:plain\n\nevent: nothing\n\ndata: unfinished';

const EVENTS: ServerEvent[] = [
  { event: 'ping', data: '{}', id: undefined },
  { event: 'incident', data: '{"id":"a",\n"b":1}', id: '7' },
  { event: 'message', data: 'plain', id: '7' },
];

function read(pieces: readonly string[]): ServerEvent[] {
  const parser = createSseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

describe('createSseParser', () => {
  it('reads events, comments, both line ends, and leaves what is unfinished', () => {
    expect(read([STREAM])).toEqual(EVENTS);
  });

  it('does not care how the stream is cut', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (at) => {
        const ends = [...at.sort((a, b) => a - b), STREAM.length];
        const pieces = ends.map((end, index) => STREAM.slice(ends[index - 1] ?? 0, end));
        expect(read(pieces)).toEqual(EVENTS);
      }),
    );
  });

  it('drops an event of more than 4 million characters and goes on', () => {
    const huge = `data: ${'x'.repeat(1_000_000)}\n`.repeat(5);
    expect(read([huge, '\ndata: next\n\n'])).toEqual([{ event: 'message', data: 'next', id: undefined }]);
  });
});
