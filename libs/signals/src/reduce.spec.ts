import fc from 'fast-check';
import { exitCodeOf } from './exit-code.ts';
import { toLines } from './lines.ts';
import { reduce } from './reduce.ts';

describe('exitCodeOf', () => {
  it.each([
    ['Process completed with exit code 137.', 137],
    ['ERROR: Job failed: exit code 1', 1],
    ['ERROR: script returned exit code 2', 2],
    ['The command "npm test" exited with 1.', 1],
    ['make failed with exit status 2\nProcess completed with exit code 1.', 1],
    ['command terminated with exit code 139', 139],
    ["Bash exited with code '3'.", 3],
    ['make: *** [Makefile:3: all] Error 137', 137],
    ['exit code 0', undefined],
    ['all is well', undefined],
  ])('%j is %j', (text, code) => {
    expect(exitCodeOf(toLines(text))).toBe(code);
  });
});

describe('reduce', () => {
  const noise = Array.from({ length: 500 }, (_, index) => `compiling module ${index}`);
  const log = [...noise, 'error: boom', ...noise, 'last words', 'Process completed with exit code 1.', ...noise];
  const kept = reduce(toLines(log.join('\n')), { maxLines: 20 });

  it('keeps errors, the words before the exit and the exit itself, in order', () => {
    const numbers = kept.map(({ line }) => line);
    expect(kept.map(({ text }) => text)).toEqual(expect.arrayContaining(['error: boom', 'last words']));
    expect(kept.map(({ text }) => text)).toContain('Process completed with exit code 1.');
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('never keeps more than asked for, nor anything that is not there', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 80 }), (texts, maxLines) => {
        const lines = toLines(texts.join('\n'));
        const some = reduce(lines, { maxLines });
        expect(some.length).toBeLessThanOrEqual(maxLines);
        expect(some.every((line) => lines.includes(line))).toBe(true);
      }),
    );
  });
});
