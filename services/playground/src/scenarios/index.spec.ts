import { readdirSync } from 'node:fs';
import { seededRandom } from '@prunella/core';
import { jobLog } from '../simulation/job-log.ts';
import { scenarios } from './index.ts';

it('lists each file of this folder', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.startsWith('index.'));
  expect(scenarios.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
});

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
  const breakdown = scenario.breakdown(1);

  it('is whole: takes a few seconds, fails in a job that it has, and speaks of the playground', () => {
    const [least, most] = scenario.duration;
    expect(least).toBeGreaterThanOrEqual(1_000);
    expect(most).toBeGreaterThan(least);
    expect(most).toBeLessThanOrEqual(5_000);
    expect(scenario.repository).toMatch(/^playground\/[a-z]+$/);
    expect(scenario.jobs).toContain(breakdown?.job ?? scenario.jobs[0]);
  });

  it('writes a log like a runner: 60 to 200 lines with a time stamp, and an error only when it fails', () => {
    const log = jobLog(
      {
        repository: scenario.repository,
        branch: 'change-1',
        headSha: 'c0ffee'.repeat(6),
        job: breakdown?.job ?? 'test',
        startedAt: 0,
        breakdown,
      },
      seededRandom(1),
    );
    const lines = log.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(60);
    expect(lines.length).toBeLessThanOrEqual(200);
    for (const line of lines) expect(line).toMatch(/^1970-01-01T00:00:\d\d\.\d{7}Z /);
    expect([...lines].sort()).toEqual(lines);
    expect(log.includes('##[error]')).toBe(breakdown !== undefined);
  });
});
