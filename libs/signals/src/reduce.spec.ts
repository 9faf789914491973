import fc from 'fast-check';
import { exitCodeOf } from './exit-code.ts';
import { toLines } from './lines.ts';
import { reduce } from './reduce.ts';
import { rank } from './salience.ts';
import { Templates } from './templates.ts';

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

describe('rank', () => {
  const ranked = (log: string[], green?: string[]) =>
    rank(toLines(log.join('\n')), green && { green: Templates.of(toLines(green.join('\n'))) }).map(
      ({ line }) => line.text,
    );

  it('puts what failed before what was warned of and what went well', () => {
    const log = [
      'warning: 3 functions are deprecated',
      'src/total.ts(12,5): error TS2345: Argument of type string is not assignable',
      'Downloading error-handling 1.2.0 ... ok',
      'Process completed with exit code 2.',
    ];
    expect(ranked(log)[0]).toBe(log[1]);
    expect(ranked(log).at(-1)).not.toBe(log[1]);
  });

  it('lets a shape count twice at most', () => {
    const log = Array.from({ length: 50 }, (_, at) => `error: cannot read block ${at}`);
    expect(ranked([...log, 'error: the disk is gone'])).toHaveLength(3);
  });

  it('puts what a green log has too behind what is new', () => {
    const log = ['Error: could not load the cache of 12 files', 'Failure in step deploy of shop', 'done'];
    expect(ranked(log)[0]).toBe(log[0]);
    expect(ranked(log, ['Error: could not load the cache of 99 files', 'done'])[0]).toBe(log[1]);
  });
});
