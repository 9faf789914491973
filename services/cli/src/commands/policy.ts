import { approversText, type Policy, policyJsonSchema } from '@prunella/policy';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { type ExplainOptions, explain } from '../policy/explain.ts';
import { readPolicy } from '../policy/file.ts';
import { counted } from '../rules/counted.ts';

/** `prunella policy check|explain|schema`. */
export function policyCommand(context: Context): Command {
  const command = new Command('policy').description('how far Prunella may go: prunella.yaml');
  command
    .command('check')
    .argument('[file]', 'default: PRUNELLA_CONFIG, else ./prunella.yaml')
    .description('say what is wrong with a policy, with line and path')
    .option('--json', 'the whole policy with all defaults, for scripts')
    .action((file: string | undefined, options: { json?: true }) => check(context, file, options));
  command
    .command('explain')
    .argument('<incident>', 'id of an incident')
    .description('what the policy, as it is now, says about an incident, check by check')
    .option('--policy <file>', 'another policy than the one in use')
    .option('--json', 'for scripts')
    .action((id: string, options: ExplainOptions) => explain(context, id, options));
  command
    .command('schema')
    .description('print the JSON Schema of prunella.yaml, for editors')
    .action(() => context.out(JSON.stringify(policyJsonSchema(), null, 2)));
  return command;
}

async function check(context: Context, asked: string | undefined, { json }: { json?: true }): Promise<void> {
  const { policy, file } = await readPolicy(context, asked);
  if (json) return context.out(JSON.stringify({ file: file ?? null, policy }, null, 2));
  context.out(`${file ?? 'no prunella.yaml: the built-in policy holds'}: ok`);
  for (const line of summary(policy)) context.out(`  ${line}`);
}

function summary({ mode, pipelines, protect, approvals, freezes, budgets, breaker, holdOut }: Policy): string[] {
  return [
    mode === undefined ? 'mode recommend (act on the playground)' : `mode ${mode}`,
    ...pipelines.map(({ match, ...says }, index) => `pipelines[${index}] ${textOf(match)}: ${textOf(says)}`),
    ...protect.map(({ match, mode: most }, index) => `protect[${index}] ${textOf(match)}: at most ${most}`),
    ...approvals.map(
      ({ match, ...who }, index) => `approvals[${index}] ${textOf(match)}: ${approversText(who)} may answer`,
    ),
    ...freezes.map(({ name, match }) => `freeze ${name}${match === undefined ? '' : ` ${textOf(match)}`}`),
    ...budgets.map((budget) => `budget ${budget.name}: ${allowance(budget)} per ${budget.per}`),
    `breaker: opens after ${breaker.failures} in a row that did not help`,
    ...(holdOut > 0 ? [`holdOut: ${holdOut * 100} % are only watched`] : []),
  ];
}

function allowance({ actions, minutes, money }: Policy['budgets'][number]): string {
  return [
    ...(actions === undefined ? [] : [counted(actions, 'action')]),
    ...(minutes === undefined ? [] : [counted(minutes, 'runner minute')]),
    ...(money === undefined ? [] : [`${money} of money`]),
  ].join(', ');
}

function textOf(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
