import { type DiagnosisMade, parseData } from '@prunella/contracts';
import { PrunellaError, systemClock } from '@prunella/core';
import { type Decision, decide } from '@prunella/policy';
import { z } from 'zod';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';
import { readPolicy } from './file.ts';

const Detail = z.looseObject({
  events: z.array(z.looseObject({ type: z.string(), data: z.unknown() })),
});

export interface ExplainOptions {
  policy?: string;
  json?: true;
}

/** The incident has no diagnosis that could be decided about. */
export class NotDiagnosedError extends PrunellaError {
  override readonly name = 'NotDiagnosedError';
}

/** `prunella policy explain <incident>`: what the policy file, as it is now, says about the newest diagnosis of an incident. */
export async function explain(context: Context, id: string, { policy: asked, json }: ExplainOptions): Promise<void> {
  const { policy, file } = await readPolicy(context, asked);
  const { events } = Detail.parse(await getJson(context, `/v1/incidents/${encodeURIComponent(id)}`));
  const made = events.findLast(({ type }) => type === 'diagnosis.made');
  if (made === undefined) {
    throw new NotDiagnosedError(`${id}: expected an incident with a diagnosis, found none: it may still be made`);
  }
  const diagnosis = parseData('diagnosis.made', made.data);
  const attemptsSoFar = Math.max(0, diagnosis.run.attempt - 1);
  const decision = decide(policy, { diagnosis, at: systemClock.now(), attemptsSoFar, unsupported: undefined });
  if (json) return context.out(JSON.stringify(answerOf(decision, file), null, 2));
  for (const line of describe(context, decision, diagnosis, file)) context.out(line);
}

function answerOf({ verdict, action, mode, risk, reasons, explanation, limits }: Decision, file: string | undefined) {
  return { policy: file ?? null, verdict, action, mode, risk, explanation, reasons, limits };
}

function describe(
  { colors }: Context,
  { verdict, explanation, reasons, limits }: Decision,
  { cause, action, confidence }: DiagnosisMade,
  file: string | undefined,
): string[] {
  const { bold, dim, green, red } = colors;
  const width = Math.max(...reasons.map(({ check }) => check.length));
  return [
    `${bold(verdict)}  ${explanation}`,
    dim(`  ${cause}, ${action.type}, confidence ${confidence.toFixed(2)}; by ${file ?? 'the built-in defaults'}`),
    '',
    ...reasons.map(
      ({ check, allows, says }) => `  ${allows ? green('yes') : red('no ')}  ${check.padEnd(width)}  ${says}`,
    ),
    ...(limits.length === 0 ? [] : ['', 'What acting would spend; how much is left only the remediator knows']),
    ...limits.map(
      ({ kind, name, scope, unit, amount, most }) =>
        `  ${kind} ${name}${scope && ` for ${scope}`}: ${unit === 'actions' ? 'one' : amount} of ${most}${unit === 'actions' ? '' : ` ${unit}`}`,
    ),
  ];
}
