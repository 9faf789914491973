import { z } from 'zod';

const Name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, { error: 'expected a name as Kubernetes has them' });
const Word = z.string().max(4_096).default('');

/** What of a Rollout we use; `{{toJson .rollout}}` in the template sends all of it. */
export const RolloutObject = z.looseObject({
  metadata: z.looseObject({
    namespace: Name,
    name: Name,
    uid: Word,
    resourceVersion: Word,
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  status: z
    .looseObject({
      phase: Word,
      message: Word,
      abort: z.boolean().default(false),
      abortedAt: z.iso.datetime({ offset: true }).nullish(),
      currentPodHash: Word,
    })
    .prefault({}),
});
export type RolloutObject = z.infer<typeof RolloutObject>;

/** What the webhook's template sends. */
export const Notification = z.looseObject({ rollout: RolloutObject });
