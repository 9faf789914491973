import fc from 'fast-check';
import { Templates } from './templates.ts';

const of = (...texts: string[]) => Templates.of(texts.map((text) => ({ text })));

describe('Templates', () => {
  it.each([
    ['the same line', 'Compiling serde', 'Compiling serde'],
    ['another number', 'Tests run: 12 in 3.4 s', 'Tests run: 15 in 2.9 s'],
    ['another machine', 'Running on runner-x8f2-project-12', 'Running on runner-a1b9-project-12'],
    ['another folder', 'open /home/runner/work/a/b.txt', 'open /builds/group/b.txt'],
    ['a blank line', 'x', '  '],
  ])('know %s', (_name, learnt, text) => {
    expect(of(learnt).knows(text)).toBe(true);
  });

  it('learn which word differs', () => {
    const known = of('Get: mirror main amd64 zlib now', 'Get: mirror main amd64 curl now');
    expect(known.knows('Get: mirror main amd64 openssl now')).toBe(true);
    expect(known.knows('Get: mirror failed amd64 openssl now')).toBe(false);
  });

  it.each([
    ['what fails', 'test one passed in time', 'test one failed in time'],
    ['a longer line', 'Compiling serde', 'Compiling serde failed'],
    ['two words with one in common', 'error: one', 'error: two'],
  ])('do not know %s', (_name, learnt, text) => {
    expect(of(learnt).knows(text)).toBe(false);
  });

  it('know every line that they were made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 60 }), (texts) => {
        const known = of(...texts);
        expect(texts.filter((text) => !known.knows(text))).toEqual([]);
      }),
    );
  });
});
