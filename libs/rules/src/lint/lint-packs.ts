import type { PackText } from '../builtin.ts';
import { problemAt } from '../pack-source.ts';
import { doubtsAbout } from './doubts.ts';
import type { LintFinding, Note } from './finding.ts';
import { type PacksInUse, type PlacedRule, packsInUse } from './packs-in-use.ts';
import { shadowsOver } from './shadows.ts';
import { generalitiesOf } from './too-general.ts';
import { describeExample, type ExampleResult, tryExamples } from './try-examples.ts';

/**
 * Looks at the rules as the diagnoser would use them: the built-in ones and the user's own on top. Same packs, same
 * findings, in the order of the packs and their lines.
 */
export function lintPacks(builtin: readonly PackText[], own: readonly PackText[]): LintFinding[] {
  const packs = packsInUse(builtin, own);
  const tooGeneral = generalitiesOf(packs.set);
  // A rule that is replaced is not in use: nothing but its pack's own problems is said about it.
  const inUse = packs.rules.filter(({ replacedBy }) => replacedBy === undefined);
  const findings = [
    ...packs.refused.flatMap(({ pack, problems }) =>
      problems.map((problem): LintFinding => ({ ...problem, pack, severity: 'problem', check: 'pack' })),
    ),
    ...inUse.flatMap((placed) => {
      const { rule } = placed;
      const notes = [...doubtsAbout(rule), ...(tooGeneral.get(rule) ?? []), ...shadowsOver(rule, packs.set.rules)];
      return [...notes, ...replaced(placed, packs)].map((note) => findingAt(placed, note));
    }),
    ...failedExamples(inUse, packs),
  ];
  const order = new Map([...builtin, ...own].map(({ name }, index) => [name, index]));
  const place = (pack: string) => order.get(pack) ?? 0;
  return findings.sort((a, b) => place(a.pack) - place(b.pack) || a.line - b.line || a.column - b.column);
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

/** An example of a rule that another rule of higher rank took over. */
interface TakenOver {
  loser: PlacedRule;
  example: ExampleResult;
}

/** Own rules are put above the built-in ones: taking over what those knew is told once to whoever wrote the own one. */
function failedExamples(inUse: readonly PlacedRule[], { set }: PacksInUse): LintFinding[] {
  const byId = new Map(inUse.map((placed) => [placed.rule.id, placed]));
  const findings: LintFinding[] = [];
  const takenOver = new Map<PlacedRule, TakenOver[]>();
  for (const loser of inUse) {
    for (const example of tryExamples(set, loser.rule)) {
      if (example.passed) continue;
      const winner = byId.get(example.matched[0] ?? '');
      if (example.kind === 'match' && loser.builtin && winner !== undefined && !winner.builtin) {
        takenOver.set(winner, [...(takenOver.get(winner) ?? []), { loser, example }]);
        continue;
      }
      const says = describeExample(loser.rule.id, example);
      const at = ['examples', example.kind, example.index];
      findings.push(findingAt(loser, { at, severity: 'problem', check: 'example', says }));
    }
  }
  return [...findings, ...[...takenOver].map(([winner, lost]) => takesOver(winner, lost))];
}

function takesOver(winner: PlacedRule, lost: readonly TakenOver[]): LintFinding {
  const [first] = lost as [TakenOver];
  const rules = new Set(lost.map(({ loser }) => loser)).size;
  const such = `${JSON.stringify(first.example.example)} of ${first.loser.rule.id} (${first.loser.pack})`;
  const more =
    lost.length === 1 ? '' : `; ${lost.length} examples of ${rules} built-in ${rules === 1 ? 'rule' : 'rules'} in all`;
  const says = `takes over what a built-in rule knows: ${such}${more}`;
  return findingAt(winner, { at: ['confidence'], severity: 'warning', check: 'example', says });
}
