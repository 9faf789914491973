import fc from 'fast-check';
import { looksBinary, MAX_LINE, toLines } from './lines.ts';

const ESC = '\u001b';

describe('toLines', () => {
  it.each([
    ['GitHub time stamp', '2026-01-02T03:04:05.1234567Z npm ci', 'npm ci'],
    ['GitHub time stamp after a byte order mark', '\ufeff2026-01-02T03:04:05.1234567Z npm ci', 'npm ci'],
    ['GitHub group', '2026-01-02T03:04:05.1234567Z ##[group]Run npm ci', 'Run npm ci'],
    ['GitHub error', '##[error]Process completed with exit code 1.', 'Process completed with exit code 1.'],
    ['GitHub command', '::error file=a.ts,line=3::boom', 'boom'],
    ['gh run view', 'build\tRun tests\t2026-01-02T03:04:05.1234567Z ok', 'ok'],
    [
      'GitLab section',
      `section_start:1560896352:build[collapsed=true]\r${ESC}[0K${ESC}[36mBuilding${ESC}[0m`,
      'Building',
    ],
    ['GitLab section alone', `section_end:1560896352:build\r${ESC}[0K`, ''],
    ['GitLab time stamp', '2026-01-02T03:04:05.123456Z 01E boom', 'boom'],
    ['Travis fold', `travis_fold:start:install\r${ESC}[0K$ npm ci`, '$ npm ci'],
    ['Travis timer', 'travis_time:end:0a1b:start=1,finish=2,duration=1', ''],
    ['Jenkins time stamp', '[2026-01-02T03:04:05.123Z] + make', '+ make'],
    ['Jenkins clock', '03:04:05  + make', '+ make'],
    ['Zuul', '2026-01-02 03:04:05.123456 | ubuntu-noble | fatal: boom', 'fatal: boom'],
    [
      'Zuul without a node',
      '2026-01-02 03:04:05.123456 | RUN END RESULT_TIMED_OUT: [untrusted]',
      'RUN END RESULT_TIMED_OUT: [untrusted]',
    ],
    ['Taskcluster', '[taskcluster 2026-01-02 03:04:05.123Z] Task ID: x', 'Task ID: x'],
    ['Taskcluster task', '[task 2026-01-02T03:04:05.123Z] 03:04:05     INFO -  boom', 'boom'],
    ['TeamCity', '[03:04:05]W:\t [Step 2/3] npm ERR! boom', 'npm ERR! boom'],
    ['TeamCity without a step', '[03:04:05] : npm ERR! boom', 'npm ERR! boom'],
    ['AppVeyor', '[00:01:23] msbuild failed', 'msbuild failed'],
    ['Drone', '[build:12:34s] go: boom', 'go: boom'],
    ['Woodpecker', '[build:L12:34s] go: boom', 'go: boom'],
    ['Buildkite', `${ESC}_bk;t=1767323045123\u0007npm ERR! boom`, 'npm ERR! boom'],
    ['a Maven level, which says something', '[ERROR] boom', '[ERROR] boom'],
    ['BuildKit step', '#12 34.56 npm ERR! code E404', 'npm ERR! code E404'],
    ['colours', `${ESC}[31;1merror${ESC}[0m: no`, 'error: no'],
    ['a link', `${ESC}]8;;https://example.org${ESC}\\here${ESC}]8;;${ESC}\\`, 'here'],
    ['a window title', `${ESC}]0;title\u0007text`, 'text'],
    ['a progress bar', '10%\r50%\rdone', 'done'],
    ['Windows line end', 'text\r', 'text'],
  ])('cleans: %s', (_name, raw, text) => {
    expect(toLines(raw)).toEqual([{ line: 1, text }]);
  });

  it('keeps the numbers of the original', () => {
    expect(toLines('a\r\n\r\n10%\r20%\r\nb\n', { firstLine: 41 })).toEqual([
      { line: 41, text: 'a' },
      { line: 42, text: '' },
      { line: 43, text: '20%' },
      { line: 44, text: 'b' },
    ]);
  });

  it('cuts a long line before a word, so that half a secret is not taken for something else', () => {
    const word = `ghp_${'Zx9'.repeat(12)}`;
    expect(toLines(`${'x '.repeat(995)}${word}`)[0]?.text).toBe('x '.repeat(995).trimEnd());
    expect(toLines('x'.repeat(3_000))[0]?.text).toHaveLength(MAX_LINE);
  });

  it('has a line for each line of any text, none too long and none with a control sequence', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('\r', '\n', ESC, `${ESC}[1m`, '##[error]', 'x'.repeat(3_000)));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const lines = toLines(`${text}\nend`);
        expect(lines.map(({ line }) => line)).toEqual(`${text}\nend`.split('\n').map((_, index) => index + 1));
        expect(lines.every((line) => line.text.length <= MAX_LINE && !line.text.includes(ESC))).toBe(true);
      }),
    );
  });
});

describe('looksBinary', () => {
  it.each([
    ['text', 'npm ERR! code E404\n', false],
    ['nothing', '', false],
    ['colours', `${ESC}[31mred${ESC}[0m\n`.repeat(50), false],
    ['other scripts', 'тест не прошёл\n測試失敗\n', false],
    ['a NUL', 'PK\u0003\u0004\u0000', true],
    ['unprintables', '\u0001\u0002\u0003text', true],
  ])('%s', (_name, text, binary) => {
    expect(looksBinary(text)).toBe(binary);
  });
});
