import type { PackText } from '../builtin.ts';
import { problemAt } from '../pack-source.ts';
import { doubtsAbout } from './doubts.ts';
import type { LintFinding, Note } from './finding.ts';
import { type PacksInUse, type PlacedRule, packsInUse } from './packs-in-use.ts';
import { shadowsOver } from './shadows.ts';
import { describeExample, tryExamples } from './try-examples.ts';

/**
 * Looks at the rules as the diagnoser would use them: the built-in ones and the user's own on top. Same packs, same
 * findings, in the order of the packs and their lines.
 */
export function lintPacks(builtin: readonly PackText[], own: readonly PackText[]): LintFinding[] {
  const packs = packsInUse(builtin, own);
  const findings = [
    ...packs.refused.flatMap(({ pack, problems }) =>
      problems.map((problem): LintFinding => ({ ...problem, pack, severity: 'problem', check: 'pack' })),
    ),
    ...packs.rules.flatMap((placed) => findingsOf(placed, packs)),
  ];
  const order = new Map([...builtin, ...own].map(({ name }, index) => [name, index]));
  const place = (pack: string) => order.get(pack) ?? 0;
  return findings.sort((a, b) => place(a.pack) - place(b.pack) || a.line - b.line || a.column - b.column);
}

/** A rule that is replaced is not in use: nothing but its pack's own problems is said about it. */
function findingsOf(placed: PlacedRule, packs: PacksInUse): LintFinding[] {
  if (placed.replacedBy !== undefined) return [];
  const own = [...doubtsAbout(placed.rule), ...replaced(placed, packs), ...shadowsOver(placed.rule, packs.set.rules)];
  return [...own.map((note) => findingAt(placed, note)), ...examplesOf(placed, packs)];
}

function findingAt({ pack, source, index }: PlacedRule, { at, severity, check, says }: Note): LintFinding {
  return { ...problemAt(source, ['rules', index, ...at], says), pack, severity, check };
}

function replaced(placed: PlacedRule, { rules }: PacksInUse): Note[] {
  return rules
    .filter(({ replacedBy }) => replacedBy === placed)
    .map(({ pack, builtin }) => {
      const says = `replaces the ${builtin ? 'built-in ' : ''}rule of ${pack}`;
      return { at: ['id'], severity: 'info', check: 'replaces', says };
    });
}

/** Own rules are put above the built-in ones: taking over what one of those knew is told to whoever wrote the own one. */
function examplesOf(placed: PlacedRule, { rules, set }: PacksInUse): LintFinding[] {
  const { rule, pack, builtin } = placed;
  return tryExamples(set, rule)
    .filter(({ passed }) => !passed)
    .map((result) => {
      const winner = rules.find((other) => other.rule.id === result.matched[0] && other.replacedBy === undefined);
      if (result.kind === 'match' && builtin && winner !== undefined && !winner.builtin) {
        const says = `takes over ${JSON.stringify(result.example)} from the built-in rule ${rule.id} of ${pack}`;
        return findingAt(winner, { at: ['confidence'], severity: 'warning', check: 'example', says });
      }
      const at = ['examples', result.kind, result.index];
      return findingAt(placed, { at, severity: 'problem', check: 'example', says: describeExample(rule.id, result) });
    });
}
