/** What was said about one failed job, beside what people say. */
export interface Verdict {
  set: string;
  project: string;
  /** What people say. */
  cause: string;
  /** What else counts as right; holds `cause` too. */
  acceptable: ReadonlySet<string>;
  /** `unknown`: abstained. */
  said: string;
  /** The next best cause; undefined: none was named. */
  second: string | undefined;
  /** 0..1, that `said` is right. */
  confidence: number;
  decidedBy: string;
  /** Whether a rerun is what a person would do; undefined: nobody said. */
  transient: boolean | undefined;
  /** Whether a rerun would be made at the default threshold. */
  reruns: boolean;
  /** Whether a reported line lies in what people marked; undefined: nobody marked anything. */
  evidenceHit: boolean | undefined;
  /** Part of the log's lines that is not reported, 0..1. */
  removed: number;
}

export interface Figures {
  items: number;
  accuracy: number;
  /** Mean of the F1 of each cause that people named. */
  macroF1: number;
  /** The same over the causes that people named at least ten times: the others are luck. */
  macroF1Of10: number;
  /** The first or the second cause is right. */
  top2: number;
  /** Part with a cause other than `unknown`. */
  coverage: number;
  evidenceHit: number;
  removed: number;
  /** Expected calibration error of the confidence that the cause is right, ten bins of equal width. */
  calibrationError: number;
  transient: { precision: number; recall: number; f1: number; reruns: number; wanted: number };
}

export interface CauseFigures {
  cause: string;
  items: number;
  precision: number;
  recall: number;
  f1: number;
}

export interface Bin {
  from: number;
  items: number;
  confidence: number;
  accuracy: number;
}

/** The figures of some verdicts; NaN where nothing can be said. */
export function figuresOf(verdicts: readonly Verdict[]): Figures {
  const causes = byCause(verdicts);
  const marked = verdicts.filter(({ evidenceHit }) => evidenceHit !== undefined);
  return {
    items: verdicts.length,
    accuracy: share(verdicts, isRight),
    macroF1: mean(causes.map(({ f1 }) => f1)),
    macroF1Of10: mean(causes.filter(({ items }) => items >= 10).map(({ f1 }) => f1)),
    top2: share(verdicts, (v) => isRight(v) || (v.second !== undefined && v.acceptable.has(v.second))),
    coverage: share(verdicts, ({ said }) => said !== 'unknown'),
    evidenceHit: share(marked, ({ evidenceHit }) => evidenceHit === true),
    removed: mean(marked.map(({ removed }) => removed)),
    calibrationError: calibrationError(verdicts),
    transient: transientFigures(verdicts),
  };
}

/** Each cause that people named, most frequent first. An acceptable answer counts as the label. */
export function byCause(verdicts: readonly Verdict[]): CauseFigures[] {
  const counted = verdicts.map((v) => ({ label: v.cause, said: isRight(v) ? v.cause : v.said }));
  return [...Map.groupBy(counted, ({ label }) => label)]
    .map(([cause, named]) => {
      const right = named.filter(({ said }) => said === cause).length;
      const said = counted.filter((v) => v.said === cause).length;
      return { cause, items: named.length, ...prf(right, said, named.length) };
    })
    .sort((a, b) => b.items - a.items);
}

/** How often one cause was taken for another, most frequent first. */
export function confusions(verdicts: readonly Verdict[]): { label: string; said: string; items: number }[] {
  const wrong = verdicts.filter((v) => !isRight(v));
  return [...Map.groupBy(wrong, ({ cause, said }) => `${cause} ${said}`)]
    .map(([, list]) => ({ label: list[0]?.cause ?? '', said: list[0]?.said ?? '', items: list.length }))
    .sort((a, b) => b.items - a.items);
}

/** Ten bins of equal width; empty ones are left out. */
export function reliability(verdicts: readonly Verdict[]): Bin[] {
  return [...Map.groupBy(verdicts, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)))]
    .map(([bin, list]) => ({
      from: bin / 10,
      items: list.length,
      confidence: mean(list.map(({ confidence }) => confidence)),
      accuracy: share(list, isRight),
    }))
    .sort((a, b) => a.from - b.from);
}

/** Mean of the accuracies of the projects, so that one with many logs of one failure counts once. */
export function perProject(verdicts: readonly Verdict[]): number {
  return mean([...Map.groupBy(verdicts, ({ project }) => project).values()].map((list) => share(list, isRight)));
}

export function isRight({ acceptable, said }: Verdict): boolean {
  return acceptable.has(said);
}

/** An abstention claims nothing about a cause, so it does not count. */
function calibrationError(verdicts: readonly Verdict[]): number {
  const claimed = verdicts.filter(({ said }) => said !== 'unknown');
  return reliability(claimed).reduce(
    (sum, { items, confidence, accuracy }) => sum + (items / claimed.length) * Math.abs(confidence - accuracy),
    0,
  );
}

function transientFigures(verdicts: readonly Verdict[]): Figures['transient'] {
  const known = verdicts.filter(({ transient }) => transient !== undefined);
  const reruns = known.filter((v) => v.reruns);
  const wanted = known.filter(({ transient }) => transient);
  const right = reruns.filter(({ transient }) => transient).length;
  return { ...prf(right, reruns.length, wanted.length), reruns: reruns.length, wanted: wanted.length };
}

function prf(right: number, said: number, named: number): { precision: number; recall: number; f1: number } {
  const precision = said === 0 ? Number(named === 0) : right / said;
  const recall = named === 0 ? 1 : right / named;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function share<T>(list: readonly T[], is: (item: T) => boolean): number {
  return list.filter(is).length / list.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
