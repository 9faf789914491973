import { z } from 'zod';
import { Time } from './fields.ts';

export const DoctorReport = z.strictObject({
  examinedAt: Time.describe('When the oldest of these findings was made.'),
  bad: z.int().min(0).describe('How many findings are to be mended.'),
  findings: z
    .array(
      z.strictObject({
        name: z.string().describe('What was looked at.'),
        state: z.enum(['ok', 'note', 'bad']).describe('note: it works, but a person should know.'),
        found: z.string(),
        mend: z.string().nullable().describe('What to do about it.'),
        docs: z.string().nullable().describe('The page that tells more, as a path in the repository.'),
        services: z.array(z.string()).describe('Who found it.'),
      }),
    )
    .describe('What must be mended first comes first.'),
  services: z.array(
    z.strictObject({
      name: z.string(),
      replicas: z
        .array(
          z.strictObject({
            instance: z.string(),
            host: z.string(),
            version: z.string(),
            node: z.string(),
            startedAt: Time,
            examinedAt: Time,
            memoryBytes: z.number(),
          }),
        )
        .describe('The newest first; none: it does not answer.'),
      silent: z.int().min(0).describe('Replicas that are there, and did not say how they are in time.'),
      bad: z.int().min(0),
      notes: z.int().min(0),
    }),
  ),
  settings: z.array(
    z.strictObject({
      service: z.string(),
      name: z.string().describe('The environment variable.'),
      state: z.enum(['set', 'secret', 'default', 'unset']).describe('secret: it is set, and nobody is told to what.'),
      value: z.string(),
      about: z.string(),
    }),
  ),
});
export type DoctorReport = z.infer<typeof DoctorReport>;
