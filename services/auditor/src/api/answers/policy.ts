import { z } from 'zod';

const Line = z.int().min(1);

const PolicyProblem = z.strictObject({
  line: Line,
  path: z.string().describe('Where, e.g. `pipelines[0].mode`; empty: the whole text.'),
  says: z.string(),
  nearest: z.string().nullable().describe('What was probably meant; null: nobody can tell.'),
});

const PolicySection = z.strictObject({
  id: z.string(),
  title: z.string(),
  sentences: z.array(
    z.strictObject({
      says: z.string(),
      line: Line.nullable().describe('Where the text says so; null: it does not, and this is what holds without.'),
      holdsNow: z.boolean().describe('A freeze that holds at this moment.'),
    }),
  ),
});

const Source = z
  .string()
  .nullable()
  .describe('YAML, without what looks like a secret; null: there is no file, or it could not be read.');

export const PolicyInForce = z.strictObject({
  file: z.string().describe('As the auditor was told to find it.'),
  source: Source,
  redacted: z.boolean().describe('Whether something in `source` looked like a secret, and is not shown.'),
  since: z.iso.datetime().describe('When the auditor read it.'),
  rejected: z
    .strictObject({ since: z.iso.datetime(), source: Source, problems: z.array(PolicyProblem) })
    .nullable()
    .describe('What stands in the file now and is not in force, because it is broken; null: nothing else.'),
  sections: z.array(PolicySection).describe('What it says, in sentences.'),
});
export type PolicyInForce = z.infer<typeof PolicyInForce>;

export const PolicyCheck = z.strictObject({
  problems: z.array(PolicyProblem).describe('What is wrong; empty: it can be used.'),
  sections: z.array(PolicySection).describe('What it says, in sentences; empty: it is broken.'),
});
export type PolicyCheck = z.infer<typeof PolicyCheck>;
