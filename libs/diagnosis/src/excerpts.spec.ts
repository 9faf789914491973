import type { Evidence } from '@prunella/contracts';
import fc from 'fast-check';
import { excerptsOf, MOST_BYTES } from './excerpts.ts';
import { readLog } from './reading.ts';

const numbered = (count: number, text = 'line') => Array.from({ length: count }, (_, at) => `${text} ${at + 1}`);
const reading = (job: string, lines: readonly string[], firstLine = 1) =>
  readLog({ job, text: lines.join('\n'), firstLine });
const at = (line: number, text: string, job = 'build'): Evidence => ({ line, text, job });
const numbersOf = (excerpts: ReturnType<typeof excerptsOf>) =>
  excerpts.map(({ job, passages }) => [
    job,
    ...passages.map(({ line, texts }) => [line, line + texts.length - 1] as const),
  ]);

describe('excerptsOf', () => {
  const build = reading('build', numbered(300));

  it.each<[string, Evidence[], unknown]>([
    ['20 lines before and 10 after', [at(100, 'line 100')], [['build', [80, 110]]]],
    ['less at the beginning', [at(3, 'line 3')], [['build', [1, 13]]]],
    ['less at the end', [at(299, 'line 299')], [['build', [279, 300]]]],
    ['one passage where two meet', [at(100, 'line 100'), at(125, 'line 125')], [['build', [80, 135]]]],
    ['two where they do not', [at(200, 'line 200'), at(20, 'line 20')], [['build', [1, 30], [180, 210]]]],
    ['nothing around what stands in no log', [at(1, 'the platform says so'), at(7, 'line 7', '')], []],
  ])('keeps %s', (_, evidence, expected) => {
    expect(numbersOf(excerptsOf(evidence, [build]))).toEqual(expected);
  });

  it('counts as the original does where its beginning was cut, and goes by job', () => {
    const logs = [reading('build', numbered(50), 1_001), reading('test', numbered(4, 'other'))];
    const found = excerptsOf([at(1_010, 'line 10'), at(2, 'other 2', 'test')], logs);
    expect(numbersOf(found)).toEqual([
      ['build', [1_001, 1_020]],
      ['test', [1, 4]],
    ]);
    expect(found[1]).toEqual({
      ...{ job: 'test', url: '', totalLines: 4 },
      passages: [{ line: 1, texts: ['other 1', 'other 2', 'other 3', 'other 4'] }],
    });
  });

  it('skips what a scanner did not keep', () => {
    const lines = [10, 11, 90, 95, 96, 400].map((line) => ({ line, text: `line ${line}` }));
    const log = readLog({ job: 'build', lines, totalLines: 5_000 });
    expect(numbersOf(excerptsOf([at(95, 'line 95')], [log]))).toEqual([['build', [90, 90], [95, 96]]]);
  });

  it('keeps no secret, and cuts long lines', () => {
    const secret = `npm_${'a'.repeat(36)}`;
    const log = reading('build', [`NPM_TOKEN=${secret}`, 'x'.repeat(1_900), 'it failed']);
    const [excerpt] = excerptsOf([at(3, 'it failed')], [log]);
    expect(JSON.stringify(excerpt)).not.toContain(secret);
    expect(excerpt?.passages[0]?.texts[1]).toHaveLength(400);
  });

  it('has every piece of evidence before it has anything around them, and 8 KB at most', () => {
    const long = numbered(300, 'a line of some length, as they are in logs of real builds: '.repeat(4));
    const log = reading('build', long);
    const evidence = [250, 10, 60, 120, 180].map((line) => at(line, (long[line - 1] ?? '').trim()));
    const [excerpt] = excerptsOf(evidence, [log]);
    const kept = excerpt?.passages.flatMap(({ line, texts }) => texts.map((_, index) => line + index)) ?? [];
    expect(kept).toEqual(expect.arrayContaining([10, 60, 120, 180, 250]));
    // What is left goes to the decisive one first.
    expect(kept.filter((line) => line > 230 && line <= 260).length).toBeGreaterThan(20);
    expect(kept.filter((line) => line < 30)).toEqual([10]);
  });

  it('is bounded and in order whatever the log holds', () => {
    const property = fc.property(
      fc.array(fc.string({ maxLength: 500, unit: 'grapheme' }), { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(59), { maxLength: 12 }),
      (texts, picks) => {
        const log = reading('build', texts);
        const evidence = picks.flatMap((pick) => {
          const line = log.lines[pick];
          return line === undefined ? [] : [at(line.line, line.text.trim())];
        });
        const excerpts = excerptsOf(evidence, [log]);
        const kept = excerpts.flatMap(({ passages }) => passages.flatMap((passage) => passage.texts));
        expect(Buffer.byteLength(kept.join(''))).toBeLessThanOrEqual(MOST_BYTES);
        const [first] = excerpts;
        const starts = first?.passages.map(({ line }) => line) ?? [];
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
      },
    );
    fc.assert(property, { numRuns: 100 });
  });
});
