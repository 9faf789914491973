import type { Sample } from '../measure/sample.ts';
import { blocks } from '../trend/blocks.ts';
import { mannKendall } from '../trend/mann-kendall.ts';
import { median, type Point, theilSen } from '../trend/theil-sen.ts';
import { RULES, type Rule, ruleOf } from './rules.ts';

export interface Finding {
  measure: string;
  /** Values at both ends of the judged stretch: medians of a sixth of it each. */
  from: number;
  to: number;
  rule: Rule;
  verdict: 'holds' | 'fails' | 'not judged';
  /** What was computed, in words. */
  says: string;
}

/** Fewer points than that say nothing about a trend: the normal approximation is good from ten on. */
const LEAST_POINTS = 10;
/** Less time than that is not judged either: what goes up and down within minutes would be a trend in one of them. */
const LEAST_MS = 20 * 60_000;
const BLOCKS = 24;
const SIGNIFICANT = 0.05;
const DAY_MS = 86_400_000;
/** Growth by design in the last half, by that in the first one. */
const FASTER = 1.25;

/** Judges each measure of some samples, of which the first ones, while all warms up, are left out already. @throws Error for a measure without a rule. */
export function judged(samples: readonly Sample[], rules: readonly Rule[] = RULES): Finding[] {
  const measures = [...new Set(samples.flatMap(({ values }) => Object.keys(values)))].sort();
  return measures.map((measure) => {
    const own = samples.filter(({ values }) => Number.isFinite(values[measure]));
    return finding(measure, own, ruleOf(measure, rules));
  });
}

function finding(measure: string, samples: readonly Sample[], rule: Rule): Finding {
  const series = samples.map(({ at, sent, values }) => ({ at, sent, value: values[measure] as number }));
  const sixth = Math.max(1, Math.floor(series.length / 6));
  const level = (part: typeof series) => (part.length === 0 ? Number.NaN : median(part.map(({ value }) => value)));
  const common = { measure, rule, from: level(series.slice(0, sixth)), to: level(series.slice(-sixth)) };
  if (rule.kind === 'shown') return { ...common, verdict: 'not judged', says: 'shown only' };
  if (rule.kind === 'most') {
    const most = Math.max(...series.map(({ value }) => value));
    return { ...common, verdict: most > rule.most ? 'fails' : 'holds', says: `at most ${written(most)}` };
  }
  const lasted = (series.at(-1)?.at ?? 0) - (series[0]?.at ?? 0);
  if (series.length < LEAST_POINTS || lasted < LEAST_MS)
    return { ...common, verdict: 'not judged', says: `too short: ${series.length} samples` };
  if (rule.kind === 'flat')
    return {
      ...common,
      ...flat(
        series.map(({ at, value }) => ({ x: at, y: value })),
        rule,
      ),
    };
  return {
    ...common,
    ...grows(
      series.map(({ sent, value }) => ({ x: sent, y: value })),
      rule,
    ),
  };
}

type Judgement = Pick<Finding, 'verdict' | 'says'>;

/** It fails when it goes up beyond chance, by an amount that matters, and at least so fast that a day of it would be over the limit. */
function flat(series: readonly Point[], { in24h, least }: Rule & { kind: 'flat' }): Judgement {
  const points = blocks(series, BLOCKS);
  const { slope, low } = theilSen(points);
  const { p } = mannKendall(points.map(({ y }) => y));
  const level = Math.max(least, median(points.map(({ y }) => y)));
  const gained = slope * ((points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0));
  const share = (rate: number) => (rate * DAY_MS) / level;
  const fails = p < SIGNIFICANT && gained > least && share(low) > in24h;
  return { verdict: fails ? 'fails' : 'holds', says: `${percent(share(slope))} a day, p ${p.toFixed(2)}` };
}

/** It fails when the last half surely grows faster, by story, than the first, or by more with each story than is allowed. */
function grows(series: readonly Point[], { least, perStory }: Rule & { kind: 'grows' }): Judgement {
  const middle = ((series[0]?.x ?? 0) + (series.at(-1)?.x ?? 0)) / 2;
  const halves = [series.filter(({ x }) => x < middle), series.filter(({ x }) => x >= middle)];
  if (halves.some((half) => new Set(half.map(({ x }) => x)).size < 2))
    return { verdict: 'not judged', says: 'no load' };
  const [first, last] = halves.map((half) => ({
    ...theilSen(blocks(half, BLOCKS)),
    stories: (half.at(-1)?.x ?? 0) - (half[0]?.x ?? 0),
  })) as [Half, Half];
  const faster = last.slope > FASTER * Math.max(0, first.slope) + least / last.stories && last.low > first.high;
  const tooMuch = perStory !== undefined && last.low > perStory;
  const says = `${written(first.slope * 1_000)}, then ${written(last.slope * 1_000)} each 1,000 stories`;
  return { verdict: faster || tooMuch ? 'fails' : 'holds', says };
}

type Half = ReturnType<typeof theilSen> & { stories: number };

function percent(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
}

/** Three digits that count. */
export function written(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0 || Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
