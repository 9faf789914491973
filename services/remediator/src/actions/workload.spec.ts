import type { Change, Workload } from '@prunella/cluster';
import { judge } from './workload.ts';

const MINUTE = 60_000;
const change: Change = { key: 'inc_1.1', at: 0, revision: 2, available: 2, from: 'a', to: 'b' };
const stuck = { kind: 'progressing', says: 'it waits', stuck: 'pod db-0 is stuck' };
const waits = { kind: 'progressing', says: 'it waits' };
const ok = { kind: 'complete', says: 'all are available' };
const failed = (since: number | undefined) => ({ kind: 'failed', says: 'too slow', since });

it.each`
  what                                        | rollout              | before | available | minutes | kind
  ${'complete'}                               | ${ok}                | ${2}   | ${2}      | ${1}    | ${'healed'}
  ${'complete, and scaled down meanwhile'}    | ${ok}                | ${4}   | ${2}      | ${1}    | ${'healed'}
  ${'on its way'}                             | ${waits}             | ${2}   | ${1}      | ${1}    | ${'pending'}
  ${'on its way for long, with as many'}      | ${waits}             | ${2}   | ${2}      | ${11}   | ${'pending'}
  ${'on its way for long, with fewer'}        | ${waits}             | ${2}   | ${1}      | ${11}   | ${'harmful'}
  ${'failed'}                                 | ${failed(undefined)} | ${0}   | ${0}      | ${1}    | ${'ineffective'}
  ${'failed, and something served'}           | ${failed(undefined)} | ${1}   | ${1}      | ${1}    | ${'harmful'}
  ${'failed before the change'}               | ${failed(-5_000)}    | ${1}   | ${1}      | ${1}    | ${'pending'}
  ${'failed before, and nothing new is told'} | ${failed(-5_000)}    | ${1}   | ${1}      | ${11}   | ${'harmful'}
  ${'failed after it'}                        | ${failed(5_000)}     | ${0}   | ${0}      | ${1}    | ${'ineffective'}
  ${'held up by a pod, just now'}             | ${stuck}             | ${1}   | ${1}      | ${0.5}  | ${'pending'}
  ${'held up by a pod'}                       | ${stuck}             | ${1}   | ${1}      | ${2}    | ${'ineffective'}
  ${'held up by a pod, with fewer'}           | ${stuck}             | ${2}   | ${1}      | ${2}    | ${'harmful'}
`('a workload that is $what is $kind', ({ rollout, before, available, minutes, kind }) => {
  const proof = judge(
    { rollout, available } as Workload,
    { ...change, available: before },
    'After it',
    minutes * MINUTE,
  );
  expect(proof.kind).toBe(kind);
});
