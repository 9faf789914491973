import { describeProblem, type LintFinding, lintPacks, type Severity } from '@prunella/rules';
import type { Context } from '../context.ts';
import { EXIT } from '../exit.ts';
import { counted } from './counted.ts';
import { readPacks } from './packs.ts';

/** `prunella rules lint`: what is wrong with rules, with its place. Ends with 1 when something has to be mended. */
export async function lint(context: Context, asked: readonly string[], { json }: { json?: true }): Promise<void> {
  const { builtin, own, concerns } = await readPacks(context, asked);
  const findings = lintPacks(builtin, own).filter(({ pack }) => concerns(pack));
  const packs = [...builtin, ...own].filter(({ name }) => concerns(name)).length;
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const problems = count('problem');
  if (problems > 0) context.exitWith(EXIT.no);
  if (json) return context.out(JSON.stringify({ packs, findings }, null, 2));
  for (const finding of findings) context.out(describe(context, finding));
  context.out(`${counted(packs, 'pack')}: ${counted(problems, 'problem')}, ${counted(count('warning'), 'warning')}`);
}

function describe({ colors }: Context, { pack, severity, ...problem }: LintFinding): string {
  const paint = { problem: colors.red, warning: colors.yellow, info: colors.dim }[severity];
  return `${paint(`${severity}:`)} ${describeProblem(pack, problem)} ${colors.dim(`[${problem.check}]`)}`;
}
