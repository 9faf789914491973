import { verifyBearer } from '../bearer.ts';
import type { Heard, Report, Source } from '../source.ts';
import { cdEventsIn } from './messages.ts';
import { reportOf } from './report.ts';

const MAX_BYTES = 1024 ** 2;

/**
 * CDEvents over HTTP, versions 0.2 to 0.5: CloudEvents in binary mode (`ce-*` headers), structured or as a batch, or the bare event; let in by
 * `Authorization: Bearer <PRUNELLA_API_TOKEN>`. https://cdevents.dev
 */
export const cdevents: Source = {
  name: 'cdevents',
  path: '/webhooks/cdevents',
  maxBytes: MAX_BYTES,
  // Which it is shows in the body; that is not read before the sender is known.
  eventOf: () => 'cdevent',
  authenticate: verifyBearer,
  read(delivery, fresh): Heard {
    const told = cdEventsIn(delivery).map((message) => reportOf(message, fresh));
    const [first, ...others] = told.filter((each): each is Report => typeof each !== 'string');
    if (first !== undefined) return { kind: 'reports', reports: [first, ...others] };
    return { kind: 'ignored', reason: told.find((each) => typeof each === 'string') ?? 'an empty batch' };
  },
};
