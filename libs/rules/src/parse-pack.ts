import { describe } from '@prunella/contracts';
import { messageOf, nearestName } from '@prunella/core';
import { z } from 'zod';
import { literalsOf } from './literals.ts';
import { type PackSource, problemAt, readPackSource, type SourcePath, valueAt } from './pack-source.ts';
import { compilePattern } from './pattern.ts';
import { MOST_PROBLEMS, RulePackError, type RuleProblem } from './rule-pack-error.ts';
import { PackSchema, type Rule } from './schema.ts';

/** Rules that belong together, usually one file. */
export interface RulePack {
  name: string;
  rules: readonly Rule[];
}

/**
 * Reads a pack of rules.
 *
 * @param name how messages call it, usually the file's name.
 * @throws RulePackError with every problem, its rule and its line, or the first hundred.
 */
export function parseRulePack(name: string, yaml: string): RulePack {
  const source = readPackSource(name, yaml);
  const result = PackSchema.safeParse(source.content, { error: expectation });
  const problems = result.success
    ? [...patternProblems(result.data.rules, source), ...repeatedIds(result.data.rules, source)]
    : result.error.issues.slice(0, MOST_PROBLEMS).flatMap((issue) => schemaProblems(issue, source));
  if (problems.length > 0) throw RulePackError.of(name, problems.slice(0, MOST_PROBLEMS));
  return { name, rules: result.data?.rules ?? [] };
}

function schemaProblems(issue: z.core.$ZodIssue, source: PackSource): RuleProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys
      .slice(0, MOST_PROBLEMS)
      .map((key) =>
        problemAt(
          source,
          [...issue.path, key],
          `unknown key, expected one of ${known.join(', ')}`,
          nearestName(key, known),
        ),
      );
  }
  const found = valueAt(source.content, issue.path);
  const nearest =
    issue.code === 'invalid_value' && typeof found === 'string'
      ? nearestName(found, issue.values.map(String))
      : undefined;
  return [problemAt(source, issue.path, `${issue.message}, found ${describe(found)}`, nearest)];
}

function patternProblems(rules: readonly Rule[], source: PackSource): RuleProblem[] {
  return rules.flatMap(({ match, exclude }, index) => [
    ...match.log.flatMap((pattern, at) => {
      const path = ['rules', index, 'match', 'log', at];
      const says = patternProblem(pattern) ?? literalProblem(pattern);
      return says === undefined ? [] : [problemAt(source, path, says)];
    }),
    ...[
      ...match.error_type.map((pattern, at) => ({ pattern, path: ['match', 'error_type', at] })),
      ...exclude.map((pattern, at) => ({ pattern, path: ['exclude', at] })),
    ].flatMap(({ pattern, path }) => {
      const says = patternProblem(pattern);
      return says === undefined ? [] : [problemAt(source, ['rules', index, ...path], says)];
    }),
  ]);
}

function patternProblem(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return `expected a pattern in RE2 syntax (no look-around, no back-references), found ${describe(pattern)}: ${messageOf(error)}`;
  }
}

/** Lines are only looked at by a rule when a literal of it is in them: a pattern without one would cost every line. */
function literalProblem(pattern: string): string | undefined {
  return literalsOf(pattern) === undefined
    ? `expected a pattern that always contains some fixed text of at least 3 characters, found ${describe(pattern)}`
    : undefined;
}

function repeatedIds(rules: readonly Rule[], source: PackSource): RuleProblem[] {
  return rules.flatMap(({ id }, index) =>
    rules.findIndex((other) => other.id === id) < index
      ? [
          problemAt(
            source,
            ['rules', index, 'id'],
            `expected an id that no other rule of the pack has, found ${id} again`,
          ),
        ]
      : [],
  );
}

/** What should stand there, in our words; what does stand there is added by us. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

/** The keys that may stand at a place, out of the schema. */
function keysAt(path: SourcePath): string[] {
  type Shape = { properties?: Record<string, Shape>; items?: Shape; additionalProperties?: Shape };
  let shape: Shape | undefined = z.toJSONSchema(PackSchema, { io: 'input' }) as Shape;
  for (const part of path) {
    shape =
      typeof part === 'number' ? shape?.items : (shape?.properties?.[String(part)] ?? shape?.additionalProperties);
  }
  return Object.keys(shape?.properties ?? {});
}
