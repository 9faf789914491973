import { zipOf } from '@prunella/testing';
import fc from 'fast-check';
import { xmlInZip, type ZippedFile } from '../../../libs/ci/src/xml-in-zip.ts';
import { mutated } from '../inputs/mutate.ts';
import { holds, type Target } from '../target.ts';

const seeds = await Promise.all([
  zipOf({ 'a/TEST-1.xml': '<a/>', 'b.txt': 'no' }),
  zipOf({ 'TEST-2.XML': '<bb/>'.repeat(500), 'c.xml': '' }),
  zipOf({}),
]);
/** Packed once: it takes a second. */
let packed: Promise<Uint8Array> | undefined;
function bomb(): Promise<Uint8Array> {
  packed ??= zipOf({ 'bomb.xml': Buffer.alloc(40 * 1024 ** 2, ' '), 'small.xml': '<a/>' });
  return packed;
}
const many = () => zipOf(Object.fromEntries(Array.from({ length: 12_000 }, (_, at) => [`${at}.xml`, ''])));

/** Says of its first entry that it unpacks to so much. */
function claiming(archive: Uint8Array, size: number): Uint8Array {
  const liar = Buffer.from(archive);
  liar.writeUInt32LE(size, liar.indexOf('PK\x01\x02', 0, 'latin1') + 24);
  return liar;
}

export const targets: readonly Target[] = [
  {
    name: 'archives/zip',
    reads: 'artefacts of GitHub: archives with test reports in them',
    doors: ['decoder:libs/ci/src/xml-in-zip.ts'],
    seeds: () => seeds,
    inputs: fc.oneof(
      mutated(seeds),
      fc.nat(0xffff_ffff).map((size) => claiming(seeds[0] ?? new Uint8Array(), size)),
    ),
    bombs: {
      'a bomb': bomb,
      'a bomb that lies': async () => claiming(await bomb(), 1_000),
      'many entries': many,
      'nothing but zeros': () => new Uint8Array(32 * 1024 ** 2),
    },
    async read(bytes) {
      const found: ZippedFile[] = [];
      for await (const one of xmlInZip(bytes)) found.push(one);
      return found;
    },
    errors: [],
    holds(value) {
      const sum = (value as ZippedFile[]).reduce((bytes, one) => bytes + ('bytes' in one ? one.bytes.length : 0), 0);
      holds(sum <= 96 * 1024 ** 2, 'no more than the limits');
    },
  },
];
