import { Duration, parseDuration } from '@prunella/core';
import { z } from 'zod';

const [LEAST, MOST] = [parseDuration('1m') ?? 0, parseDuration('7d') ?? 0];

/** How what is told about one thing becomes one incident. */
export const IncidentSettings = z
  .strictObject({
    joinWithin: Duration.refine((ms) => ms >= LEAST && ms <= MOST, { error: 'expected a duration from 1m to 7d' })
      .prefault('1h')
      .describe(
        'So long after the deployment, or after the last trouble with it, alerts and pods of the same workload or commit belong to its incident.',
      ),
  })
  .prefault({});
