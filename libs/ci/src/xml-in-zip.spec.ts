import { zipOf } from '@prunella/testing';
import fc from 'fast-check';
import { xmlInZip, ZIP_LIMITS, type ZippedFile } from './xml-in-zip.ts';

async function read(archive: Uint8Array, limits: object = {}): Promise<string[]> {
  const found: ZippedFile[] = [];
  for await (const one of xmlInZip(archive, { ...ZIP_LIMITS, ...limits })) found.push(one);
  return found.map((one) => ('bytes' in one ? `${one.file}: ${Buffer.from(one.bytes)}` : `${one.problem}: ${one.gap}`));
}

const files = { 'a/TEST-1.xml': '<a/>', 'a/notes.txt': 'no', 'TEST-2.XML': '<bb/>', 'c.xml': '<c/>' };

it('reads the XML files of an archive, in its order', async () => {
  expect(await read(await zipOf(files))).toEqual(['a/TEST-1.xml: <a/>', 'TEST-2.XML: <bb/>', 'c.xml: <c/>']);
  expect(await read(await zipOf({}))).toEqual([]);
});

it.each`
  limits                 | expected
  ${{ maxEntries: 2 }}   | ${['a/TEST-1.xml: <a/>', expect.stringMatching(/^too-large: expected at most 2 entries/)]}
  ${{ maxFiles: 1 }}     | ${['a/TEST-1.xml: <a/>', expect.stringMatching(/^too-large: expected at most 1 XML files/)]}
  ${{ maxFileBytes: 4 }} | ${['a/TEST-1.xml: <a/>', expect.stringMatching(/^too-large: TEST-2.XML: .* found 5/), 'c.xml: <c/>']}
  ${{ maxBytes: 8 }}     | ${['a/TEST-1.xml: <a/>', expect.stringMatching(/^too-large: .*8 bytes .*TEST-2.XML/)]}
`('reads no more than $limits', async ({ limits, expected }) => {
  expect(await read(await zipOf(files), limits)).toEqual(expected);
});

it('unpacks no bomb: neither what says how large it is, nor what lies about it', async () => {
  const bomb = await zipOf({ 'bomb.xml': Buffer.alloc(64 * 1024 ** 2, ' '), 'small.xml': '<a/>' });
  expect(bomb.length).toBeLessThan(200_000);
  expect(await read(bomb)).toEqual([
    expect.stringMatching(/^too-large: bomb.xml: .* found 67108864/),
    'small.xml: <a/>',
  ]);
  // The size stands in the central directory, whose entries begin with PK\x01\x02, 24 bytes in.
  const liar = Buffer.from(bomb);
  liar.writeUInt32LE(1_000, liar.indexOf('PK\x01\x02', 0, 'latin1') + 24);
  expect(await read(liar)).toEqual([expect.stringMatching(/^unreadable: bomb.xml: /), 'small.xml: <a/>']);
});

it.each(['../../etc/passwd.xml', '/etc/passwd.xml', 'C:/windows.xml'])(
  'a name that leads elsewhere (%s) is no way out',
  async (name) => {
    const archive = Buffer.from(await zipOf({ ['x'.repeat(name.length)]: '<a/>' })).toString('latin1');
    const renamed = Buffer.from(archive.replaceAll('x'.repeat(name.length), name), 'latin1');
    expect(await read(renamed)).toEqual([expect.stringMatching(/^unreadable: /)]);
  },
);

it('ends, and never throws, whatever the bytes', async () => {
  const good = await zipOf(files);
  const edits = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(edits, fc.nat(good.length), async (changes, length) => {
      const bytes = Uint8Array.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      for (const line of await read(bytes.subarray(0, length))) expect(line).toMatch(/: /);
    }),
    { numRuns: 300 },
  );
});
