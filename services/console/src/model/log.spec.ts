import type { Excerpt } from '@prunella/contracts';
import type { EvidenceLine } from './incident.ts';
import { type LogRow, splitAt, textOfLog, toLogs } from './log.ts';

const at = (line: number, text = `line ${line}`, job = 'build'): EvidenceLine => ({ line, text, job });
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `  line ${from + n}`);
const excerpt = (...passages: [from: number, to: number][]): Excerpt => ({
  ...{ job: 'build', url: 'https://ci.example.com/jobs/1', totalLines: 500 },
  passages: passages.map(([from, to]) => ({ line: from, texts: lines(from, to) })),
});

/** `80-94` folded, `~` a gap, `!` speaks, `!!` decides. */
function shape(rows: readonly LogRow[]): string {
  return rows
    .map((row) => {
      if (row.kind === 'gap') return `~${row.from}-${row.to}`;
      if (row.kind === 'fold') return `[${row.lines[0]?.line}-${row.lines.at(-1)?.line}]`;
      return `${row.line}${row.decisive ? '!!' : row.speaks ? '!' : ''}`;
    })
    .join(' ');
}

describe('toLogs', () => {
  it.each<[string, EvidenceLine[], Excerpt[], string[]]>([
    [
      'folds what is far from what speaks, and says what was not kept',
      [at(100)],
      [excerpt([80, 110])],
      ['~1-79 [80-94] 95 96 97 98 99 100!! 101 102 103 [104-110] ~111-500'],
    ],
    [
      'has one gap between two passages',
      [at(200), at(20)],
      [excerpt([18, 22], [199, 201])],
      ['~1-17 18 19 20! 21 22 ~23-198 199 200!! 201 ~202-500'],
    ],
    ['does not fold a few lines', [at(6)], [excerpt([1, 12])], ['1 2 3 4 5 6!! 7 8 9 10 11 12 ~13-500']],
    ['shows evidence alone where nothing around it was kept', [at(20), at(18)], [], ['18! ~19-19 20!!']],
    [
      'shows evidence that there was no room for in the excerpt',
      [at(100), at(300)],
      [excerpt([99, 101])],
      ['~1-98 99 100!! 101 ~102-299 300! ~301-500'],
    ],
  ])('%s', (_, evidence, excerpts, shapes) => {
    expect(toLogs(evidence, excerpts).map(({ rows }) => shape(rows))).toEqual(shapes);
  });

  it('shows what only tells what happened as context, where a rule says what it is about', () => {
    const evidence = [100, 101, 102, 103, 110].map((line) => at(line));
    const [log] = toLogs([{ ...at(100), match: 'line' }, ...evidence.slice(1)], [excerpt([100, 112])]);
    expect(shape(log?.rows ?? [])).toBe('~1-99 100!! 101! 102! 103 104 105 [106-112] ~113-500');
    const [plain] = toLogs(evidence, [excerpt([100, 112])]);
    expect(shape(plain?.rows ?? [])).toBe('~1-99 100!! 101! 102! 103! 104 105 106 107 108 109 110! 111 112 ~113-500');
  });

  it('keeps jobs apart, and what is said beside a log from the log', () => {
    const logs = toLogs(
      [at(100), at(1, 'The runner lost communication'), at(2, 'other', 'lint'), at(1, 'ETIMEDOUT', '')],
      [excerpt([1, 3], [99, 101])],
    );
    expect(logs.map(({ job, of, url }) => [job, of, url])).toEqual([
      ['build', 'log', 'https://ci.example.com/jobs/1'],
      ['build', 'told', ''],
      ['lint', 'log', ''],
      ['', 'told', ''],
    ]);
    expect(new Set(logs.map(({ key }) => key)).size).toBe(4);
  });

  it('shows the indentation of the log, and the whole of a line that is cut there', () => {
    const [log] = toLogs([at(100), at(101, 'line 101 and more')], [excerpt([100, 101])]);
    const texts = log?.rows.flatMap((row) => (row.kind === 'line' ? [row.text] : []));
    expect(texts).toEqual(['  line 100', 'line 101 and more']);
    expect(log && textOfLog(log)).toBe('...\n  line 100\nline 101 and more\n...');
  });

  it('has nothing for nothing', () => {
    expect(toLogs([], [excerpt([1, 2])])).toEqual([]);
  });
});

it.each([
  ['a connect ETIMEDOUT b', 'ETIMEDOUT', ['a connect ', 'ETIMEDOUT', ' b']],
  ['<b>x</b>', 'x', ['<b>', 'x', '</b>']],
  ['nothing of it', 'ETIMEDOUT', ['nothing of it', '', '']],
  ['all', undefined, ['all', '', '']],
  ['all', '', ['all', '', '']],
])('splits %j at %j', (text, match, parts) => {
  expect(splitAt(text, match)).toEqual(parts);
});
