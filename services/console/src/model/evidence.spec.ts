import { toBlocks } from './evidence.ts';

describe('toBlocks', () => {
  it('groups by job in the order of the log, and marks the first line sent and what was left out', () => {
    const blocks = toBlocks([
      { line: 20, text: 'ECONNRESET', job: 'build' },
      { line: 18, text: 'GET', job: 'build' },
      { line: 5, text: 'other', job: 'lint' },
      { line: 21, text: 'proxy?', job: 'build' },
    ]);
    const view = blocks.map(({ job, lines }) => [job, lines.map((l) => [l.line, l.skipped, l.decisive])]);
    expect(view).toEqual([
      [
        'build',
        [
          [18, 0, false],
          [20, 1, true],
          [21, 0, false],
        ],
      ],
      ['lint', [[5, 0, false]]],
    ]);
  });

  it('has nothing for nothing', () => {
    expect(toBlocks([])).toEqual([]);
  });
});
