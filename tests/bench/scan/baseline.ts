import type { Rule } from '@prunella/rules';

/** What a plain matcher does: all patterns of all rules on each line, by the language's own regular expressions. */
export interface Baseline {
  /** Gives how many lines some rule matched. */
  match(lines: readonly string[]): number;
  patterns: number;
  /** Patterns that only RE2 understands; they are left out, which makes this quicker. */
  skipped: number;
}

export function baselineOf(rules: readonly Rule[]): Baseline {
  const sources = rules.flatMap(({ match }) => match.log);
  const patterns = sources.flatMap((source) => translated(source) ?? []);
  return {
    patterns: patterns.length,
    skipped: sources.length - patterns.length,
    match(lines) {
      let matched = 0;
      for (const line of lines) {
        let any = false;
        for (const pattern of patterns) any = pattern.test(line) || any;
        if (any) matched += 1;
      }
      return matched;
    },
  };
}

function translated(source: string): RegExp | undefined {
  const flags = /^\(\?([is]+)\)/.exec(source);
  const rest = source.slice(flags?.[0].length ?? 0).replaceAll('(?P<', '(?<');
  try {
    return new RegExp(rest, flags?.[1] ?? '');
  } catch {
    return undefined;
  }
}
