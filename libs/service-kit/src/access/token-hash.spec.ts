import { createHash, randomBytes } from 'node:crypto';
import { CommonEnvironment } from '../environment.ts';
import { isSharedToken } from './token-hash.ts';

const token = randomBytes(32).toString('base64url');
const hash = `sha256:${createHash('sha256').update(token).digest('hex')}`;

it.each`
  shown            | set      | is
  ${token}         | ${token} | ${true}
  ${`${token}x`}   | ${token} | ${false}
  ${token}         | ${hash}  | ${true}
  ${`${token}x`}   | ${hash}  | ${false}
  ${hash}          | ${hash}  | ${false}
  ${hash.slice(7)} | ${hash}  | ${false}
`('what is shown is the token that is set, as it is or as its hash, or not: $is', ({ shown, set, is }) => {
  expect(isSharedToken(shown, set)).toBe(is);
});

it.each(['sha256:', 'sha256:abc', hash.replace(/.$/, 'G'), `${hash}0`])('what is neither is refused (%#)', (set) => {
  const read = CommonEnvironment.safeParse({ PRUNELLA_API_TOKEN: set });
  expect(read.error?.issues[0]?.path).toEqual(['PRUNELLA_API_TOKEN']);
});

it('a hash and a token are taken as they are', () => {
  for (const set of [hash, token]) {
    expect(CommonEnvironment.parse({ PRUNELLA_API_TOKEN: set }).PRUNELLA_API_TOKEN).toBe(set);
  }
});
