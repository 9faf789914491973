import { describeProblem, testPacks } from '@prunella/rules';
import type { Context } from '../context.ts';
import { EXIT } from '../exit.ts';
import { counted } from './counted.ts';
import { readPacks } from './packs.ts';

/** `prunella rules test`: shows every example to all rules. Ends with 1 when one of them fails. */
export async function test(
  context: Context,
  asked: readonly string[],
  { verbose, json }: { verbose?: true; json?: true },
): Promise<void> {
  const { builtin, own, concerns } = await readPacks(context, asked);
  const report = testPacks(builtin, own);
  const { colors } = context;
  const refused = report.refused.filter(({ pack }) => concerns(pack));
  const examples = report.examples.filter(({ pack }) => concerns(pack));
  const failed = examples.filter(({ passed }) => !passed).length;
  if (failed > 0 || refused.length > 0) context.exitWith(EXIT.no);
  if (json) return context.out(JSON.stringify({ failed, refused, examples }, null, 2));
  for (const { pack, problems } of refused) {
    for (const problem of problems) context.out(`${colors.red('problem:')} ${describeProblem(pack, problem)}`);
  }
  for (const example of examples) {
    if (example.passed && !verbose) continue;
    const word = example.passed ? colors.green('passed:') : colors.red('failed:');
    context.out(`${word} ${describeProblem(example.pack, example)}`);
  }
  const rules = new Set(examples.map(({ ruleId }) => ruleId)).size;
  const unread = refused.length === 0 ? '' : `, ${counted(refused.length, 'pack')} not read`;
  context.out(`${counted(examples.length, 'example')} of ${counted(rules, 'rule')}: ${failed} failed${unread}`);
}
