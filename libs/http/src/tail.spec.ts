import fc from 'fast-check';
import { cutOf, tailOf } from './tail.ts';

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it.each`
  what                                    | whole              | maxBytes | text            | firstLine
  ${'a short text as it is'}              | ${'a\nb\n'}        | ${100}   | ${'a\nb\n'}     | ${1}
  ${'nothing of nothing'}                 | ${''}              | ${100}   | ${''}           | ${1}
  ${'a text that just fits'}              | ${'aaaa\nbbbb'}    | ${9}     | ${'aaaa\nbbbb'} | ${1}
  ${'the lines that fit'}                 | ${'a\nbb\ncc\ndd'} | ${7}     | ${'cc\ndd'}     | ${3}
  ${'the end of a line that is too long'} | ${'0123456789'}    | ${4}     | ${'6789'}       | ${1}
  ${'the same when a newline ends it'}    | ${'012345678\n'}   | ${4}     | ${'678\n'}      | ${1}
  ${'the same as the last of several'}    | ${'a\n012345678'}  | ${4}     | ${'5678'}       | ${2}
  ${'no half of a character'}             | ${'éééé'}          | ${5}     | ${'éé'}         | ${1}
`('keeps $what', async ({ whole, maxBytes, text, firstLine }) => {
  const totalBytes = Buffer.byteLength(whole);
  for (const size of [1, 3, 100]) {
    expect(await tailOf(chunked(whole, size), maxBytes)).toEqual({
      text,
      firstLine,
      totalBytes,
      cutBytes: totalBytes - Buffer.byteLength(text),
    });
  }
});

it('keeps the end of a long one, with the right line numbers, whatever the chunks', async () => {
  const text = fc.array(fc.stringMatching(/^[a-z]{0,12}$/), { maxLength: 200 }).map((lines) => lines.join('\n'));
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 20, max: 300 }),
      async (whole, size, maxBytes) => {
        const tail = await tailOf(chunked(whole, size), maxBytes);
        expect(tail.text.length).toBeLessThanOrEqual(maxBytes);
        expect(tail.totalBytes).toBe(whole.length);
        expect(tail.cutBytes).toBe(whole.length - tail.text.length);
        expect(
          whole
            .split('\n')
            .slice(tail.firstLine - 1)
            .join('\n'),
        ).toBe(tail.text);
      },
    ),
  );
});

it('says what was cut', () => {
  expect(cutOf({ text: 'a', firstLine: 1, totalBytes: 1, cutBytes: 0 })).toBeUndefined();
  expect(cutOf({ text: 'z', firstLine: 9, totalBytes: 100, cutBytes: 99 })).toBe(
    'only the end of the log was read: 8 lines (99 of 100 bytes) before it were left out',
  );
});
