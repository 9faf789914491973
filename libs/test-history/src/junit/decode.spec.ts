import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { decodeXml } from './decode.ts';

/** Characters that are replaced at once. */
const PIECE = 1024 ** 2;

const bytes = (text: string) => new TextEncoder().encode(text);

it.each(Array.from({ length: 16 }, (_, at) => at))('finds a reference %i characters before a piece ends', (before) => {
  const filling = 'a'.repeat(PIECE - before);
  const decoded = decodeXml(bytes(`${filling}&#x0000001b;&#0000000027;&#65;&amp;\u0001${filling}&#0;`));
  // Compared by its length first: nobody wants to read the difference of mebibytes.
  expect(decoded.length).toBe(2 * filling.length + '??&#65;&amp;??'.length);
  expect(decoded.slice(filling.length, filling.length + 13)).toBe('\ufffd\ufffd&#65;&amp;\ufffd');
  expect(decoded.endsWith('a\ufffd')).toBe(true);
});

it('takes no more memory for a report of references than for another one', async () => {
  // As large as a report may be. All at once, its millions of matches want more than 512 MB.
  const script = `
    import { decodeXml } from ${JSON.stringify(new URL('./decode.ts', import.meta.url))};
    console.log(decodeXml(Buffer.alloc(32 * 1024 ** 2, '&#x1b;')).length);`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--max-old-space-size=256', '--experimental-transform-types', '--no-warnings', '--input-type=module'],
    ...['--eval', script],
  ]);
  // Two characters of the last one are left over.
  expect(Number(stdout)).toBe(Math.floor((32 * 1024 ** 2) / 6) + 2);
}, 60_000);
