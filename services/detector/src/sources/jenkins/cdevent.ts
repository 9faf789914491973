import { type CdEvent, describe, phaseOfCdEvent } from '@prunella/contracts';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { buildAt, finished, ignored, Scm, Status, started, Text } from './reading.ts';

/** What Jenkins' CDEvents plugin says of a build beside the standard. */
const CustomData = z
  .object({
    build: z
      .object({ fullUrl: Text, url: Text, status: Status.nullish(), scmState: Scm, duration: z.number().nullish() })
      .nullish(),
  })
  .nullish();

/** Of the errors, in UTF-16 code units: for people, and shorter than the contract's longest text. */
const MOST_ERRORS = 48_000;

const Event = z.object({
  context: z.object({ timestamp: z.iso.datetime({ offset: true }).nullish(), source: Text }),
  subject: z.object({
    source: Text,
    content: z
      .object({ outcome: z.enum(['success', 'failure', 'error', 'cancel']).nullish(), errors: Text })
      .default({ outcome: undefined, errors: '' }),
  }),
  customData: CustomData,
});
type Event = z.infer<typeof Event>;

/** Where the standard's words are all there is. The plugin calls UNSTABLE a success and ABORTED a failure: its own status comes first. */
const STATUS = { success: 'SUCCESS', failure: 'FAILURE', error: 'FAILURE', cancel: 'ABORTED' };

/** A pipelinerun of Jenkins' CDEvents plugin. The same build told by the Notification plugin, too, is one event. */
export function cdEvent(event: CdEvent): Heard {
  const told = phaseOfCdEvent(event);
  if (told?.what !== 'pipelinerun' || told.phase === 'queued') {
    return ignored(
      `${describe(event.context.type)}: only pipelinerun.started and pipelinerun.finished tell of a build`,
    );
  }
  const parsed = parseInput(Event, event);
  const { timestamp } = parsed.context;
  const { build } = parsed.customData ?? {};
  const { address, field } = addressOf(parsed);
  const common = { id: buildAt(address, field), url: build?.fullUrl || address, scm: build?.scmState };
  if (told.phase === 'started') return started({ ...common, startedAt: timestamp ?? undefined });
  const { outcome, errors } = parsed.subject.content;
  const status = build?.status ?? (outcome ? STATUS[outcome] : undefined);
  if (status === undefined) {
    throw badRequest('subject.content.outcome', 'subject.content.outcome: expected how it ended, found nothing');
  }
  const failed = status === 'FAILURE' || status === 'UNSTABLE';
  const type = status === 'UNSTABLE' ? 'test_failure' : '';
  return finished({
    ...common,
    status,
    finishedAt: timestamp ?? undefined,
    error: failed && (errors || type) ? { message: errors.slice(0, MOST_ERRORS), type, stack: '' } : undefined,
  });
}

/** Of the build; the plugin gives it as the source, below Jenkins' own address. */
function addressOf({ customData, subject, context }: Event): { address: string; field: string } {
  const { fullUrl, url } = customData?.build ?? {};
  if (fullUrl) return { address: fullUrl, field: 'customData.build.fullUrl' };
  if (url) return { address: url, field: 'customData.build.url' };
  if (subject.source) return { address: subject.source, field: 'subject.source' };
  return { address: context.source, field: 'context.source' };
}
