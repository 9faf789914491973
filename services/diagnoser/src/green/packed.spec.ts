import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { packed, unpacked } from './packed.ts';

const noise = Array.from({ length: 1_000 }, (_, at) => `${at} ${randomBytes(20).toString('hex')}`).join('\n');

it.each(['', 'a', 'grün\nund gut\n', noise])('gives back what was packed', async (text) => {
  expect(await unpacked(await packed(text, 100_000))).toBe(text);
});

it('keeps the last lines of what is too long', async () => {
  const bytes = await packed(noise, 10_000);
  expect(bytes.length).toBeLessThanOrEqual(10_000);
  const text = (await unpacked(bytes)) ?? '';
  expect(noise.endsWith(`\n${text}`)).toBe(true);
  expect(text.length).toBeGreaterThan(5_000);
});

it('keeps nothing of a single line that is too long', async () => {
  const bytes = await packed(randomBytes(20_000).toString('hex'), 10_000);
  expect(await unpacked(bytes)).toBe('');
});

it.each([
  ['nonsense', Buffer.from('{}')],
  ['a cut one', gzipSync('fine').subarray(0, 12)],
  ['one that grows without end', gzipSync(Buffer.alloc(65 * 1024 ** 2))],
])('takes %s for none', async (_, bytes) => {
  expect(await unpacked(bytes)).toBeUndefined();
});
