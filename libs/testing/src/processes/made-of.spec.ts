import { hash } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedSince } from './made-of.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prunella-made-of-'));
  await mkdir(join(root, 'bundle'));
  await writeFile(join(root, 'bundle', 'made-of.json'), JSON.stringify({ 'a.js': hash('sha256', 'old') }));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it.each`
  text     | age       | changed
  ${'old'} | ${-3_600} | ${undefined}
  ${'old'} | ${3_600}  | ${undefined}
  ${'new'} | ${3_600}  | ${'a.js'}
`('a file with $text in it, $age s newer than the bundle: $changed', async ({ text, age, changed }) => {
  await writeFile(join(root, 'a.js'), text as string);
  const time = Date.now() / 1_000 + (age as number);
  await utimes(join(root, 'a.js'), time, time);
  expect(changedSince(root, 'bundle')).toBe(changed);
});

it('tells a file that is gone', () => {
  expect(changedSince(root, 'bundle')).toBe('a.js');
});
