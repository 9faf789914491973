import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventType } from '@prunella/contracts';
import { progressBar } from './progress.ts';

const MAIN = join(import.meta.dirname, '..', 'dist', 'bundle', 'main.js');
/** So many take longer than the time after which a bar is shown. */
const EVENTS = 5_000;

describe('a bar', () => {
  it('is drawn now and then over itself, and leaves nothing', () => {
    let now = 0;
    const drawn: string[] = [];
    const bar = progressBar({ draw: (text) => drawn.push(text) }, { now: () => now }, undefined);
    for (; now < 1_000; now += 50) bar.show(now / 1_000, `${now} done`);
    bar.clear();
    bar.clear();
    expect(drawn).toEqual([
      '\r\u001b[2K[###############...............]  50 %  500 done',
      '\r\u001b[2K[#####################.........]  70 %  700 done',
      '\r\u001b[2K[###########################...]  90 %  900 done',
      '\r\u001b[2K',
    ]);
  });

  it('is not drawn where a program reads, or nobody looks', () => {
    const drawn: string[] = [];
    let now = 0;
    const bar = progressBar({ draw: (text) => drawn.push(text) }, { now: () => now++ * 10_000 }, true);
    for (const share of [0, 0.5, 1]) bar.show(share, 'x');
    for (const share of [0, 0.5, 1]) progressBar({}, { now: () => now++ * 10_000 }, undefined).show(share, 'x');
    expect(drawn).toEqual([]);
  });
});

describe('a backtest', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prunella-progress-'));
    const line = (number: number) =>
      JSON.stringify({
        ...{ specversion: '1.0', source: 'spec', type: eventType('pipeline.failed'), id: `${number}` },
        time: new Date(1_700_000_000_000 + number * 1_000).toISOString(),
        data: { pipelineId: 'a', runId: `${number}`, conclusion: 'failure' },
      });
    await writeFile(join(folder, 'history.ndjson'), Array.from({ length: EVENTS }, (_, at) => line(at)).join('\n'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const command = `'${process.execPath}' '${MAIN}' backtest history.ndjson`;
  const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm' };

  it('draws one on a terminal', () => {
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect(stdout.replaceAll('\r\u001b[2K', '<over>')).toMatch(/<over>\[#*\.*\] {1,3}\d+ % {2}\d+ events played/);
    expect(status).toBe(0);
  });

  it.each(['', ' --json'])('draws none in a pipe%s', (json) => {
    const { stdout, stderr } = spawnSync('sh', ['-c', `${command}${json}`], { cwd: folder, env, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b');
  });
});
