import { readLog, readLogs } from './reading.ts';

const log = (text: string, firstLine = 1) => ({ job: 'build', text, firstLine });
const numbers = (lines: readonly { line: number }[]) => lines.map(({ line }) => line);

it('reads the end of a log with more lines than are taken', () => {
  const { lines, totalLines } = readLog(log('a\nb\nc\nd\n', 11), 2);
  expect(lines).toEqual([
    { line: 13, text: 'c' },
    { line: 14, text: 'd' },
  ]);
  expect(totalLines).toBe(4);
});

it('takes two hundred thousand lines of a run', () => {
  const [first, second] = readLogs([log('\n'.repeat(2_000_000)), log('\n'.repeat(1_000_000))]);
  expect([first?.lines.length, first?.lines[0]?.line, first?.totalLines]).toEqual([100_000, 1_900_001, 2_000_000]);
  expect([second?.lines.length, second?.lines[0]?.line]).toEqual([100_000, 900_001]);
});

it('gives what one log does not need to those behind it, and each log a line', () => {
  const four = 'a\nb\nc\nd';
  expect(readLogs([log('a'), log(four)], 4).map(({ lines }) => numbers(lines))).toEqual([[1], [2, 3, 4]]);
  expect(readLogs([log(four), log(four), log(four)], 2).map(({ lines }) => numbers(lines))).toEqual([[4], [4], [4]]);
});
