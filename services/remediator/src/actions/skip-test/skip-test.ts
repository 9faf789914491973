import type { Bus } from '@prunella/bus';
import type { Action } from '@prunella/contracts';
import { isOfFork, ProviderError } from '@prunella/core';
import { ownerOfTest, type Policy } from '@prunella/policy';
import type { Wish } from '@prunella/quarantine';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Effect, Look } from '../action.ts';
import type { QuarantineBook } from './quarantine-book.ts';
import { testInEvidence } from './test-in-evidence.ts';

const LONGEST_NAME = 1_024;
const LONGEST_REASON = 2_048;

/** What the policy says of it. */
export type QuarantinePolicy = Pick<Policy, 'quarantine' | 'owners'>;

/**
 * `skip_test`: puts a flaky test in quarantine, with an owner and an expiry. Its effect is an event; runners read the list from the auditor. The run
 * that failed stays failed: whether it is run again is for its people to say, and a later attempt that passes proves that it helped.
 */
export function skipTest(
  bus: Pick<Bus, 'publish'>,
  book: QuarantineBook,
  settings: () => QuarantinePolicy,
): ActionPlugin {
  return {
    types: ['skip_test'],
    settleMs: 0,
    about({ action, evidence }) {
      const test = testOf(action) ?? testInEvidence(evidence.map(({ text }) => text));
      const parameters: Action['parameters'] = test === undefined ? {} : { test };
      return parameters;
    },
    unsupported(run, action) {
      if (run.repository === '') return 'tests are skipped by repository, and the run names none';
      // Its log and its reports say what whoever opened the pull request likes, and the list holds for everybody.
      if (isOfFork(run))
        return `it ran on ${run.branch}, a branch of a fork, by which no test of ${run.repository} is skipped`;
      return testOf(action) === undefined ? 'no line of the evidence names the test' : undefined;
    },
    async look(order): Promise<Look> {
      const wish = wishOf(order, settings());
      const standing = await book.standing(wish.repository, wish.test, eventIdOf(order));
      switch (standing.kind) {
        case 'done':
          return { kind: 'done', effect: effectOf(wish, standing.expiresAt) };
        case 'begun':
          return { kind: 'ready' };
        case 'in':
          return { kind: 'superseded', reason: `"${wish.test}" is in quarantine until ${standing.expiresAt} already` };
        case 'out': {
          const { most } = settings().quarantine;
          return standing.skipped < most ? { kind: 'ready' } : { kind: 'refused', reason: tooMany(wish, most) };
        }
      }
    },
    async execute(order): Promise<Effect> {
      const { most } = settings().quarantine;
      const wish = wishOf(order, settings());
      const change = await book.begin(wish, eventIdOf(order), most);
      // Another order was faster since we looked.
      if (change === undefined) throw new ProviderError('quarantine', 'refused', tooMany(wish, most));
      await bus.publish('quarantine.changed', { id: eventIdOf(order), time: change.at, data: change });
      await book.hear(change, eventIdOf(order));
      return effectOf(wish, change.expiresAt);
    },
  };
}

function testOf({ parameters: { test } }: Action): string | undefined {
  return typeof test === 'string' && test !== '' && test.length <= LONGEST_NAME ? test : undefined;
}

function wishOf(order: Order, policy: QuarantinePolicy): Wish {
  const about = { repository: order.run.repository, test: testOf(order.action) ?? '' };
  const { expiry, greens } = policy.quarantine;
  return {
    ...about,
    owner: ownerOfTest(policy, { ...about, pipeline: order.run.pipelineId }),
    reason: order.diagnosis.slice(0, LONGEST_REASON),
    evidence: order.evidence,
    incidentIds: [order.incidentId],
    expiryMs: expiry,
    greens,
    by: 'prunella',
  };
}

function eventIdOf(order: Order): string {
  return `${order.key}/quarantine`;
}

function effectOf({ test, owner }: Wish, expiresAt: string): Effect {
  const who = owner === '' ? 'nobody owns it: see quarantine.owners and owners' : `owner ${owner}`;
  return { says: `put "${test}" in quarantine until ${expiresAt} (${who}); the failed run is not run again` };
}

function tooMany({ test, repository }: Wish, most: number): string {
  return `"${test}" is not skipped: ${repository} has ${most} tests in quarantine already, and more would hide what is broken`;
}
