import type { QuarantineChanged } from '@prunella/contracts';
import { ownerOfTest, type Policy } from '@prunella/policy';
import { type Announcement, runOf } from './announcement.ts';

/** What the owner of a test is told when its time in quarantine is over; undefined: nothing is to be told. Pure. */
export function expiredTest(
  change: QuarantineChanged,
  eventId: string,
  policy: Policy,
  publicUrl: string,
): Announcement | undefined {
  if (change.change !== 'expired' || !policy.notify.on.includes('quarantine_expired')) return undefined;
  const { test, repository, reason, expiresAt, evidence, incidentIds } = change;
  const owner = change.owner || ownerOfTest(policy, { repository, test });
  const newest = incidentIds.at(-1);
  return {
    eventId,
    run: runOf(repository),
    says: {
      title: `${repository}: a test's time in quarantine is over`,
      text: `"${test}" is skipped no more. ${reason} ${owner === '' ? 'Nobody owns it: see quarantine.owners and owners.' : `It is for ${owner} to mend.`}`,
      urgency: 'normal',
      ...(owner.startsWith('#') && { to: owner }),
      facts: [
        { name: 'owner', value: owner || 'nobody' },
        { name: 'test', value: test },
        { name: 'repository', value: repository },
        { name: 'since', value: expiresAt },
      ],
      evidence: evidence.map(({ line, text }) => ({ line, text })),
      ...(newest !== undefined && { link: `${publicUrl.replace(/\/+$/, '')}/incidents/${encodeURIComponent(newest)}` }),
    },
  };
}
