import type { Change, Workload } from '@prunella/cluster';
import { judgeDeadline } from './judge-deadline.ts';

const MINUTE = 60_000;
const deadline = { from: 600, to: 1_200, retried: false, lateSince: -5_000 };
const change: Change = { key: 'inc_1.1', at: 0, revision: 2, available: 2, from: 'a', to: 'a', deadline };
const ok = { kind: 'complete', says: 'all are available' };
const waits = { kind: 'progressing', says: 'it waits' };
const failed = (since: number | undefined) => ({ kind: 'failed', says: 'out of time', since, outOfTime: true });

it.each`
  what                                         | rollout              | available | minutes | kind
  ${'complete'}                                | ${ok}                | ${2}      | ${1}    | ${'healed'}
  ${'out of time as before'}                   | ${failed(-5_000)}    | ${2}      | ${19}   | ${'pending'}
  ${'out of time as before, who knows when'}   | ${failed(undefined)} | ${2}      | ${19}   | ${'pending'}
  ${'out of time when the new one is over'}    | ${failed(-5_000)}    | ${2}      | ${20}   | ${'ineffective'}
  ${'out of time anew'}                        | ${failed(5_000)}     | ${2}      | ${1}    | ${'ineffective'}
  ${'out of time anew, with fewer'}            | ${failed(5_000)}     | ${1}      | ${1}    | ${'harmful'}
  ${'on its way for longer than the deadline'} | ${waits}             | ${2}      | ${30}   | ${'pending'}
  ${'on its way, with fewer for a moment'}     | ${waits}             | ${1}      | ${9}    | ${'pending'}
  ${'on its way, with fewer for long'}         | ${waits}             | ${1}      | ${10}   | ${'harmful'}
`('a workload that is $what is $kind', ({ rollout, available, minutes, kind }) => {
  const proof = judgeDeadline({ rollout, available } as Workload, change, 'After it', minutes * MINUTE);
  expect(proof.kind).toBe(kind);
});
