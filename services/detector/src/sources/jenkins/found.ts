import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { buildAt, finished, Status } from './reading.ts';

/** Of the years that a Date knows. */
const Millis = z.number().min(0).max(4e15);

const FoundBuild = z.object({
  url: z.string().min(1),
  building: z.literal(false),
  result: Status,
  timestamp: Millis,
  duration: Millis,
});

/**
 * A build as the API tells it. It began when it was put in the queue, for all that Jenkins says here. Commit and branch are asked for, as with a
 * notification that leaves them out. @throws ProblemException or ContractViolation
 */
export function found(record: unknown): Heard {
  const { url, result, timestamp, duration } = parseInput(FoundBuild, record);
  return finished({
    id: buildAt(url, 'url'),
    url,
    scm: undefined,
    status: result,
    startedAt: new Date(timestamp).toISOString(),
    finishedAt: new Date(timestamp + duration).toISOString(),
  });
}
