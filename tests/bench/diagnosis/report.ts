import { byCause, confusions, type Figures, figuresOf, perProject, reliability, type Verdict } from './score.ts';

/** How some verdicts came about, and all that is said about them. */
export interface Section {
  /** One sentence. */
  what: string;
  overall: Figures;
  sets: Record<string, Figures>;
  /** Mean accuracy of the projects of logchunks. */
  logchunksPerProject: number;
  causes: ReturnType<typeof byCause>;
  confusions: ReturnType<typeof confusions>;
  reliability: ReturnType<typeof reliability>;
  /** How often each kind of decision was made. */
  decidedBy: Record<string, number>;
}

export function sectionOf(what: string, verdicts: readonly Verdict[]): Section {
  const sets = Map.groupBy(verdicts, ({ set }) => set);
  const claimed = verdicts.filter(({ said }) => said !== 'unknown');
  return {
    what,
    overall: figuresOf(verdicts),
    sets: Object.fromEntries([...sets].map(([set, list]) => [set, figuresOf(list)])),
    logchunksPerProject: perProject(sets.get('logchunks') ?? []),
    causes: byCause(verdicts),
    confusions: confusions(verdicts),
    reliability: reliability(claimed),
    decidedBy: countOf(verdicts.map(({ decidedBy }) => decidedBy.split(':')[0] ?? '')),
  };
}

/** A section as text for a terminal. */
export function printSection(section: Section): string[] {
  const rows = [['all', section.overall] as const, ...Object.entries(section.sets)];
  return [
    '',
    `## ${section.what}`,
    '',
    line(
      'set',
      'items',
      'accuracy',
      'macro F1',
      'F1 >=10',
      'top 2',
      'coverage',
      'evidence',
      'removed',
      'ECE',
      'transient P / R / F1',
    ),
    ...rows.map(([set, f]) =>
      line(
        set,
        String(f.items),
        ...[f.accuracy, f.macroF1, f.macroF1Of10, f.top2, f.coverage, f.evidenceHit, f.removed, f.calibrationError].map(
          three,
        ),
        `${three(f.transient.precision)} / ${three(f.transient.recall)} / ${three(f.transient.f1)} (${f.transient.reruns} of ${f.transient.wanted})`,
      ),
    ),
    `logchunks, mean over its projects: accuracy ${three(section.logchunksPerProject)}`,
    `decided by: ${Object.entries(section.decidedBy)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
    '',
    line('cause', 'items', 'precision', 'recall', 'F1'),
    ...section.causes.map((c) => line(c.cause, String(c.items), three(c.precision), three(c.recall), three(c.f1))),
    '',
    'taken for something else:',
    ...section.causes.flatMap(({ cause }) => mistakesOf(cause, section.confusions)),
    '',
    `reliability (said -> right): ${section.reliability
      .map(({ confidence, accuracy, items }) => `${confidence.toFixed(2)} -> ${accuracy.toFixed(2)} (${items})`)
      .join(', ')}`,
  ];
}

function mistakesOf(cause: string, all: Section['confusions']): string[] {
  const mistakes = all.filter(({ label }) => label === cause);
  return mistakes.length === 0
    ? []
    : [`  ${cause.padEnd(18)}${mistakes.map(({ said, items }) => `${said} ${items}`).join(', ')}`];
}

function line(first: string, ...rest: string[]): string {
  return first.padEnd(18) + rest.map((text) => text.padStart(10)).join('');
}

function three(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(3);
}

function countOf(names: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, list]) => [name, list.length]));
}
