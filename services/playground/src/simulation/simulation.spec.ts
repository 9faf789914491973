import { seededRandom } from '@prunella/core';
import fc from 'fast-check';
import { scenarios } from '../scenarios/index.ts';
import type { Scenario } from './scenario.ts';
import { newestAttempt, type SimulatedEvent, Simulation } from './simulation.ts';

function scenario(name: string): Scenario {
  const found = scenarios.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

function world(options: { keep?: number; prefix?: string } = {}) {
  const clock = { at: Date.UTC(2026, 10, 1), now: () => clock.at };
  const simulation = new Simulation({ clock, random: seededRandom(7), prefix: 'life', ...options });
  /** Lets so many milliseconds pass. */
  function pass(ms: number): string[] {
    clock.at += ms;
    return simulation.advance().map(told);
  }
  return { clock, simulation, pass };
}

function told({ kind, run, attempt }: SimulatedEvent): string {
  return `${kind} ${run.id}/${attempt.number}${kind === 'finished' ? ` ${attempt.conclusion}` : ''}`;
}

describe('Simulation', () => {
  it('takes a run from queued to completed as time passes', () => {
    const { simulation, pass } = world();
    const run = simulation.start(scenario('compile-error'));
    expect(newestAttempt(run)).toMatchObject({ number: 1, status: 'queued', conclusion: undefined });
    expect(pass(100)).toEqual([]);
    expect(pass(100)).toEqual(['started life-1/1']);
    expect(newestAttempt(run).status).toBe('in_progress');
    expect(pass(10_000)).toEqual(['finished life-1/1 failure']);
    expect(newestAttempt(run).jobs).toEqual([
      { id: 'life-1.1.0', name: 'lint', conclusion: 'success', failedStep: undefined },
      { id: 'life-1.1.1', name: 'build', conclusion: 'failure', failedStep: 'Run npm run build' },
      { id: 'life-1.1.2', name: 'test', conclusion: 'success', failedStep: undefined },
    ]);
    expect(pass(10_000)).toEqual([]);
  });

  it('tells what happened in the order in which it happened, also after a long sleep', () => {
    const { simulation, pass } = world();
    simulation.start(scenario('green'));
    pass(5_000);
    simulation.start(scenario('runner-lost'));
    simulation.start(scenario('npm-registry-timeout'));
    expect(pass(60_000)).toEqual([
      'started life-2/1',
      'started life-3/1',
      'finished life-3/1 failure',
      'finished life-2/1 failure',
    ]);
  });

  it.each([
    ['npm-registry-timeout', 2],
    ['docker-hub-unavailable', 2],
    ['database-refused', 3],
    ['runner-lost', 2],
    ['unknown', 2],
    ['compile-error', undefined],
    ['unit-test-failure', undefined],
    ['out-of-memory', undefined],
    ['green', 1],
  ])('%s passes at attempt %s', (name, passes) => {
    const { simulation, pass } = world();
    const run = simulation.start(scenario(name));
    pass(10_000);
    for (let attempt = 1; attempt < 6 && newestAttempt(run).conclusion !== 'success'; attempt += 1) {
      expect(simulation.rerun(run.id, attempt)).toEqual({ attempt: attempt + 1 });
      pass(10_000);
    }
    const last = newestAttempt(run);
    expect(last.conclusion === 'success' ? last.number : undefined).toBe(passes);
  });

  it('reruns only the newest attempt, once, when it has failed', () => {
    const { simulation, pass } = world();
    const { id } = simulation.start(scenario('npm-registry-timeout'));
    expect(simulation.rerun('life-9', 1)).toEqual({ refused: 'unknown-run' });
    expect(simulation.rerun(id, 1)).toEqual({ refused: 'in-progress' });
    pass(5_000);
    expect(simulation.rerun(id, 2)).toEqual({ refused: 'not-the-newest' });
    expect(simulation.rerun(id, 1)).toEqual({ attempt: 2 });
    expect(simulation.rerun(id, 1)).toEqual({ refused: 'not-the-newest' });
    expect(simulation.rerun(id, 2)).toEqual({ refused: 'in-progress' });
    expect(pass(5_000)).toEqual([`started ${id}/2`, `finished ${id}/2 success`]);
    expect(simulation.rerun(id, 2)).toEqual({ refused: 'nothing-failed' });
  });

  it('has logs of finished jobs only, the same at each reading', () => {
    const { simulation, pass } = world();
    simulation.start(scenario('npm-registry-timeout'));
    expect(simulation.log('life-1.1.1')).toBeUndefined();
    pass(5_000);
    const log = simulation.log('life-1.1.1');
    expect(log).toMatch(/^2026-11-01T00:00:00\.\d{7}Z Current runner version/);
    expect(log).toContain('ETIMEDOUT');
    expect(simulation.log('life-1.1.1')).toBe(log);
    expect(simulation.log('life-1.1.0')).not.toContain('##[error]');
    for (const id of ['', 'life-1', 'life-1.1.3', 'life-1.2.0', 'life-1.1.01', 'life-1.-1.0', '....']) {
      expect(simulation.log(id)).toBeUndefined();
    }
  });

  it('forgets the oldest runs', () => {
    const { simulation } = world({ keep: 3 });
    for (let count = 0; count < 5; count += 1) simulation.start(scenario('green'));
    expect(simulation.runs().map(({ id }) => id)).toEqual(['life-5', 'life-4', 'life-3']);
    expect(simulation.run('life-2')).toBeUndefined();
  });

  it('tells each attempt once from start to end, whatever is asked of it and when', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ what: fc.constant('pass' as const), ms: fc.nat(5_000) }),
        fc.record({ what: fc.constant('start' as const), index: fc.nat(scenarios.length - 1) }),
        fc.record({
          what: fc.constant('rerun' as const),
          run: fc.integer({ min: 1, max: 5 }),
          attempt: fc.integer({ min: 1, max: 4 }),
        }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const { simulation, pass } = world();
        const seen: string[] = [];
        for (const step of all) {
          if (step.what === 'pass') seen.push(...pass(step.ms));
          if (step.what === 'start') simulation.start(scenarios[step.index] as Scenario);
          if (step.what === 'rerun') simulation.rerun(`life-${step.run}`, step.attempt);
        }
        seen.push(...pass(60_000));
        const attempts = simulation
          .runs()
          .flatMap(({ id, attempts: own }) => own.map(({ number, conclusion }) => `${id}/${number} ${conclusion}`));
        expect(seen.filter((text) => text.startsWith('started')).sort()).toEqual(
          attempts.map((text) => `started ${text.split(' ')[0]}`).sort(),
        );
        expect(seen.filter((text) => text.startsWith('finished')).sort()).toEqual(
          attempts.map((text) => `finished ${text}`).sort(),
        );
      }),
    );
  });
});
