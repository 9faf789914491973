import fc from 'fast-check';
import { tailOf } from './tail.ts';

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it('keeps a short text as it is', async () => {
  expect(await tailOf(chunked('a\nb\n', 3), 100)).toEqual({ text: 'a\nb\n', firstLine: 1, totalBytes: 4 });
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
