import type { WatchEnded } from '@prunella/contracts';
import type { Policy } from '@prunella/policy';
import type { Announcement } from './announcement.ts';

/** What is told where the policy knows the watch no more. */
const USUAL: readonly string[] = ['inconclusive'];

/** What people are told when the watch of a deployment ended; undefined: nothing is to be told. Pure. */
export function endedWatch(
  ended: WatchEnded,
  eventId: string,
  policy: Pick<Policy, 'watches'>,
): Announcement | undefined {
  const { watch, result, says, target, run, looks } = ended;
  const tell = policy.watches.find(({ name }) => name === watch)?.tell ?? USUAL;
  if (!tell.includes(result)) return undefined;
  const what = target || run.name || run.pipelineId;
  const unknown = result === 'inconclusive';
  return {
    eventId,
    run,
    says: {
      title: unknown ? `${what}: nobody knows how its deployment is` : `${what}: its deployment is well`,
      text: `The watch ${watch} ended ${result}: ${says}.${unknown ? ' Nothing was done about it: look yourself.' : ''}`,
      urgency: unknown ? 'normal' : 'low',
      facts: [
        { name: 'watch', value: watch },
        { name: 'looks', value: String(looks) },
        ...(run.repository === '' ? [] : [{ name: 'repository', value: run.repository }]),
        ...(run.environment === '' ? [] : [{ name: 'environment', value: run.environment }]),
        ...(run.headSha === '' ? [] : [{ name: 'commit', value: run.headSha.slice(0, 12) }]),
        ...(run.url === '' ? [] : [{ name: 'deployment', value: run.url }]),
      ],
      evidence: [],
    },
  };
}
