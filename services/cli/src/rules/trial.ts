import { z } from 'zod';
import { EXIT } from '../exit.ts';
import { shorten } from '../table.ts';
import { counted } from './counted.ts';

/** What the diagnoser found with rules on its stored green logs. */
export const Trial = z.looseObject({
  logs: z.number(),
  complete: z.boolean(),
  rules: z.array(
    z.looseObject({
      id: z.string(),
      logsHit: z.number(),
      hits: z.array(z.looseObject({ log: z.string(), line: z.number(), text: z.string() })),
    }),
  ),
});
export type Trial = z.infer<typeof Trial>;

/** Whether a drafted rule may be called safe. */
export interface Verdict {
  exit: (typeof EXIT)[keyof typeof EXIT];
  /** For the rule's file. */
  comment: string[];
  /** For the person. */
  says: string[];
}

const WIDEST = 140;

/** Safe is what matched nothing in logs of jobs that passed, and there were such logs. */
export function judge({ logs, complete, rules }: Trial): Verdict {
  const scope = `${counted(logs, 'stored green log')}${complete ? '' : ' (the rest was not read in time)'}`;
  if (logs === 0) {
    return {
      exit: EXIT.no,
      comment: ['Not tried: no green logs were stored.'],
      says: [
        'no green logs are stored, so nothing shows that it is safe: they come with the next failures of jobs that passed before',
      ],
    };
  }
  const hits = rules.flatMap((rule) => rule.hits);
  if (hits.length === 0) {
    const comment = [`Tried on ${scope}: no hit.`];
    return { exit: EXIT.done, comment, says: [`tried on ${scope}: no hit. Safe as far as those show.`] };
  }
  const hit = Math.max(...rules.map(({ logsHit }) => logsHit));
  return {
    exit: EXIT.no,
    comment: [`NOT SAFE: matches lines of ${hit} of ${scope}.`],
    says: [
      `not safe: it matches lines of ${hit} of ${scope}:`,
      ...hits.map(({ log, line, text }) => `  ${log}:${line}: ${shorten(text.trim(), WIDEST)}`),
      'make the pattern narrower, or put such lines into exclude and examples.no_match',
    ],
  };
}
