import { dataOfCdEvent, type Events, parseData, subjectOfCdEvent } from '@prunella/contracts';
import { completed } from '@prunella/core';
import type { FreshId, Report } from '../source.ts';
import { deploymentOf } from './deployment.ts';
import type { CdEventMessage } from './messages.ts';

const LONGEST_ID = 512;
/** Before whatever a sender calls itself: under the name of GitHub it could take the ids of GitHub's events, which then would be dropped as told before (ADR 0051). */
const SOURCE = 'webhook/cdevents';

/** What an event tells; a text: why it is not for us. Sent again it is the same. @throws ContractViolation */
export function reportOf({ event }: CdEventMessage, fresh: FreshId): Report | string {
  const { id: given, source: from, timestamp } = event.context;
  const id = text(given)?.slice(0, LONGEST_ID) ?? fresh();
  const source = `${SOURCE}/${text(from)?.replace(/^\//, '') ?? ''}`.replace(/\/$/, '');
  const time = text(timestamp);
  const common = { id, source, ...(time !== undefined && { time }) };
  const deployed = deploymentOf(event);
  const subject = deployed === undefined ? subjectOfCdEvent(event) : 'pipeline.finished';
  if (subject !== 'pipeline.started' && subject !== 'pipeline.finished') {
    return `${String(event.context.type).slice(0, 120)} says nothing about a pipeline or a deployment that Prunella could use`;
  }
  const data = completed<Events['pipeline.started' | 'pipeline.finished']>(
    parseData(subject, deployed ?? dataOfCdEvent(event)),
    id,
  );
  return { subject, ...common, data } as Report;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
