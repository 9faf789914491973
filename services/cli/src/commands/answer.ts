import { Command } from 'commander';
import { z } from 'zod';
import { postJson } from '../api.ts';
import type { Context } from '../context.ts';
import { ConflictError } from '../exit.ts';
import { count } from '../options.ts';
import { userName } from '../user-name.ts';

const Answer = z.looseObject({
  incidentId: z.string(),
  attempt: z.number(),
  action: z.string(),
  state: z.string(),
  says: z.string(),
});

interface AnswerOptions {
  by?: string;
  reason: string;
  attempt?: number;
  json?: true;
}

/** `prunella approve <incident>`. */
export const approveCommand = (context: Context): Command =>
  answerCommand(context, 'approve', 'say yes to what waits for an approval; it is done at once').action(
    (id: string, options: AnswerOptions) => answer(context, id, true, options),
  );

/** `prunella reject <incident>`. */
export const rejectCommand = (context: Context): Command =>
  answerCommand(context, 'reject', 'say no to what waits for an approval; nothing is done').action(
    (id: string, options: AnswerOptions) => answer(context, id, false, options),
  );

function answerCommand(context: Context, name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<incident>', 'id of an incident; prunella incidents list --state awaiting_approval shows them')
    .option('--reason <text>', 'why; it is recorded', '')
    .option('--by <name>', `who says so; it is recorded (default: ${context.env['USER'] ?? 'your user name'})`)
    .option(
      '--attempt <n>',
      'the attempt that you looked at; nothing is said when it is asked about another one by now',
      count,
    )
    .option('--json', 'for scripts');
}

async function answer(context: Context, id: string, approved: boolean, options: AnswerOptions): Promise<void> {
  const by = options.by ?? userName(context);
  const said = await postJson(context, `/v1/approvals/${encodeURIComponent(id)}`, {
    approved,
    by,
    reason: options.reason,
    ...(options.attempt !== undefined && { attempt: options.attempt }),
  });
  if (options.json) return context.out(JSON.stringify(said, null, 2));
  const { action, attempt, state, says } = Answer.parse(said);
  if (state === 'not_allowed') throw new ConflictError(says);
  const more = state === 'waiting' ? ` (${says})` : '';
  context.out(`${approved ? 'approved' : 'rejected'} by ${by}: ${action} of ${id}, attempt ${attempt}${more}`);
}
