import { CONTEXTS, FILES, LEFT, LINES, RIGHT } from './contexts.ts';
import { KEY_FILES } from './key-files.ts';
import { maker } from './made-up.ts';
import { NAMED_VALUES } from './named-values.ts';
import { TOKEN_FORMATS } from './token-formats.ts';

/** A text with a secret in it. */
export interface Case {
  /** What knows it: the token itself, its place, or that it is a file of a key. */
  kind: 'token' | 'place' | 'key';
  format: string;
  context: string;
  text: string;
  /** What may not be left of it. */
  secrets: readonly string[];
  /** What has to stay. */
  kept: readonly string[];
}

/** Every format in every context that fits it; the same for the same seed, another value in each case. */
export function corpus(seed = 1): Case[] {
  const make = maker(seed);
  const tokens = TOKEN_FORMATS.flatMap(([format, of]) =>
    CONTEXTS.map(([context, put]): Case => {
      const secret = of(make);
      return withKept({ kind: 'token', format, context, text: put(secret), secrets: [secret] });
    }),
  );
  const places = NAMED_VALUES.flatMap(([format, place]) =>
    LINES.map(([context, put]): Case => {
      const { text, secret } = place(make);
      return withKept({ kind: 'place', format, context, text: put(text), secrets: [secret] });
    }),
  );
  const keys = KEY_FILES.flatMap(([format, linesOf]) =>
    FILES.map(([context, put]): Case => {
      const lines = linesOf(make);
      const secrets = lines.filter((line) => !line.startsWith('-----') && /^\S{20,}$/.test(line));
      return withKept({ kind: 'key', format, context, text: put(lines), secrets });
    }),
  );
  return [...tokens, ...places, ...keys];
}

function withKept(one: Omit<Case, 'kept'>): Case {
  return { ...one, kept: [LEFT, RIGHT].filter((word) => one.text.includes(word)) };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
const COLOUR = /(?:\u001b|\\{1,4}u001b)\[[\d;]*[A-Za-z]/g;
/** Of a secret this many characters in a row, behind its prefix, are too much. */
const TELLING = 10;
/** So much of a token says whose it is and no more. */
const PREFIX = 12;

/** What is left of a secret in a text: the first part of it that tells something; undefined: nothing. */
export function leftOf(secret: string, text: string): string | undefined {
  const plain = text.replace(COLOUR, '');
  return tellingParts(secret).find((part) => plain.includes(part));
}

/** Looks for parts of many secrets at once. @returns whose parts were found in a text, in its words around them. */
export function searcherOf(secrets: ReadonlyMap<string, string>): (text: string) => string[] {
  const parts = new Map([...secrets].flatMap(([name, secret]) => tellingParts(secret).map((part) => [part, name])));
  const sizes = [...new Set([...parts.keys()].map(({ length }) => length))];
  return (text) => {
    const found = new Map<string, string>();
    for (const size of sizes) {
      for (let at = 0; at + size <= text.length; at += 1) {
        const name = parts.get(text.slice(at, at + size));
        if (name !== undefined && !found.has(name)) found.set(name, text.slice(Math.max(0, at - 60), at + size));
      }
    }
    return [...found].map(([name, around]) => `${name}: ${around}`);
  };
}

function tellingParts(secret: string): string[] {
  const body = secret.length > PREFIX + TELLING ? secret.slice(PREFIX) : secret;
  const size = Math.min(TELLING, body.length);
  return Array.from({ length: body.length - size + 1 }, (_, at) => body.slice(at, at + size));
}
