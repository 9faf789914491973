import { RE2JS } from 're2js';
import { shareCharacters } from './shared-characters.ts';

/** A compiled pattern. Time is linear in the text, whatever the pattern. */
export interface Pattern {
  /** Whether it occurs in the text. @param text UTF-8, or a text. */
  test(text: string | Uint8Array): boolean;
  /** The first part of the text that it matches; undefined: none. Several times as slow as `test`. */
  find(text: string): string | undefined;
}

/** @throws Error when it is not RE2 syntax: look-around and back-references are not. */
export function compilePattern(source: string): Pattern {
  const compiled = shareCharacters(RE2JS.compile(source));
  // `test` asks for no groups, so it runs on the DFA: several times faster than a matcher's `find`.
  return {
    test: (text) => compiled.test(text),
    find(text) {
      const matcher = compiled.matcher(text);
      return matcher.find() ? (matcher.group() ?? undefined) : undefined;
    },
  };
}

/** The same, compiled when it is first used: of many rules hardly any is tried on a log. It has to be a valid one. */
export function lazyPattern(source: string): Pattern {
  let pattern: Pattern | undefined;
  const compiled = (): Pattern => (pattern ??= compilePattern(source));
  return { test: (text) => compiled().test(text), find: (text) => compiled().find(text) };
}
