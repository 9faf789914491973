import type { Cause, DiagnosisMade } from '@prunella/contracts';
import { type Dependency, placeOf } from './dependency.ts';

/**
 * Causes that speak against what is named beside them. A refused login is none of them: a token that has run out is the pipelines' own, and the
 * dependency is well.
 */
const SPEAKING: readonly Cause[] = ['dependency_error', 'network', 'service_unavailable', 'image_pull', 'rate_limit'];

/** A line of a log that names a dependency. */
export interface NamingLine {
  line: number;
  text: string;
  job: string;
}

type Told = Pick<DiagnosisMade, 'cause' | 'action' | 'explanation' | 'evidence'>;

/** Longest line that is kept. */
const MOST_TEXT = 300;
/** One says it; a record holds those of up to a hundred pipelines. */
const MOST_LINES = 1;

/**
 * The lines by which a diagnosis speaks against a dependency: those of its evidence that name it, or its explanation. Empty: it does not, or its cause is
 * none of a dependency's.
 */
export function linesAgainst(dependency: Dependency, { cause, action, explanation, evidence }: Told): NamingLine[] {
  if (!SPEAKING.includes(cause) && action.type !== 'wait_for_dependency') return [];
  const lines = evidence.filter(({ text }) => isNamedIn(dependency, text));
  if (lines.length > 0)
    return lines.slice(0, MOST_LINES).map((one) => ({ ...one, text: one.text.slice(0, MOST_TEXT) }));
  return isNamedIn(dependency, explanation) ? [{ line: 0, text: explanation.slice(0, MOST_TEXT), job: '' }] : [];
}

/** Whether a text names a dependency, by its host or one of its `names`, as a whole word. With another port it is something else. */
export function isNamedIn(dependency: Dependency, text: string): boolean {
  const { host, port } = placeOf(dependency);
  const lower = text.toLowerCase();
  return (
    (!isLoopback(host) && standsIn(lower, host.toLowerCase(), port)) ||
    dependency.names.some((name) => standsIn(lower, name.toLowerCase(), undefined))
  );
}

/** On this machine everything is called so, and the services of a job on its runner, too: it names nothing. */
function isLoopback(host: string): boolean {
  return /^(?:localhost|127\..*|\[?::1\]?)$/i.test(host);
}

function standsIn(text: string, word: string, port: number | undefined): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.slice(at + word.length, at + word.length + 8);
    if (!isPartOfName(before) && before !== '.' && !/^\.?[\w-]/.test(after) && isPort(after, port)) return true;
  }
  return false;
}

function isPartOfName(character: string): boolean {
  return /^[\w-]$/.test(character);
}

function isPort(after: string, port: number | undefined): boolean {
  const said = /^:(\d{1,5})(?!\d)/.exec(after)?.[1];
  return said === undefined || port === undefined || Number(said) === port;
}
