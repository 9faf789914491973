/** Stand beside a secret and have to stay: who redacts too much explains nothing any more. */
export const LEFT = 'kept-left';
export const RIGHT = 'kept-right';

/** A place in which any secret can turn up. */
export type Context = readonly [name: string, put: (secret: string) => string];

const ESC = '\u001b';
const half = (text: string): [string, string] => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)];

/** Where a token can stand that is known by its own shape. None of these names it. */
export const CONTEXTS: readonly Context[] = [
  ['a line', (s) => `${LEFT} ${s} ${RIGHT}`],
  ['alone', (s) => s],
  ['an environment', (s) => `${LEFT}=1\nDEPLOY_THING=${s}\nZ=${RIGHT}`],
  ['JSON', (s) => JSON.stringify({ a: LEFT, value: s, z: RIGHT })],
  ['JSON, at the beginning of a line', (s) => JSON.stringify({ log: `${LEFT}\n${s}\n${RIGHT}` })],
  ['JSON, behind a tab', (s) => JSON.stringify({ log: `${LEFT}\t${s}\t${RIGHT}` })],
  ['JSON in JSON', (s) => JSON.stringify({ body: JSON.stringify({ log: `${LEFT}\n${s}\n${RIGHT}` }) })],
  ['JSON of Go', (s) => `{"log":"${LEFT}=1\\u0026x\\u003d${s}\\u0026z\\u003d${RIGHT}"}`],
  ['a query', (s) => `GET https://x.example.org/${LEFT}?k=${s}&z=${RIGHT}`],
  ['a query, encoded', (s) => `${LEFT} next=%2Fx%3Fk%3D${s}%26z%3D1 ${RIGHT}`],
  ['a header', (s) => `> X-${LEFT}: 1\n> X-Thing: ${s}\n> X-Z: ${RIGHT}`],
  ['GitHub, stamped', (s) => `2026-01-02T03:04:05.1234567Z ${LEFT}: ${s}, ${RIGHT}`],
  ['GitLab, stamped', (s) => `2026-01-02T03:04:05.123456Z 01O ${LEFT}: ${s}, ${RIGHT}`],
  ['a command of GitHub', (s) => `##[error]${LEFT} '${s}' ${RIGHT}`],
  ['behind a colour', (s) => `${LEFT} ${ESC}[31m${s}${ESC}[0m ${RIGHT}`],
  ['split by a colour', (s) => `${LEFT} ${half(s).join(`${ESC}[0m${ESC}[1;31m`)} ${RIGHT}`],
  ['split by the command to clear a line', (s) => `${LEFT} ${half(s).join(`${ESC}[K`)} ${RIGHT}`],
  ['behind a colour, in JSON', (s) => JSON.stringify({ log: `${LEFT} ${ESC}[31m${s}${ESC}[0m ${RIGHT}` })],
  ['split by a colour, in JSON', (s) => JSON.stringify({ log: `${LEFT} ${half(s).join(`${ESC}[0m`)} ${RIGHT}` })],
  ['behind a progress bar', (s) => `${LEFT} 10%\r${s} ${RIGHT}`],
  ['XML', (s) => `<${LEFT}><![CDATA[${s}]]></${LEFT}><failure message="${s}"/> ${RIGHT}`],
  ['XML, escaped', (s) => `<x a="${LEFT} &quot;${s}&quot; ${RIGHT}"/>`],
  ['a shell', (s) => `+ ${LEFT} --with '${s}' "${s}" \`${s}\` ${RIGHT}`],
  ['a map', (s) => `{${LEFT}=1, b=${s}, z=${RIGHT}}`],
  ['the end of a sentence', (s) => `${LEFT}: (${s}). ${RIGHT}`],
  ['CRLF', (s) => `${LEFT}\r\n${s}\r\n${RIGHT}`],
  ['a long line', (s) => `${LEFT} ${'x '.repeat(2_000)}${s} ${RIGHT}`],
];

/** Where a text can stand whose secret is known by its place. */
export const LINES: readonly Context[] = [
  ['a line', (s) => s],
  ['GitHub, stamped', (s) => `2026-01-02T03:04:05.1234567Z ${s}`],
  ['behind a colour', (s) => `${ESC}[36;1m${s}${ESC}[0m`],
  ['among others', (s) => `${LEFT}\n${s}\n${RIGHT}`],
  ['JSON', (s) => JSON.stringify({ log: `${LEFT} \n${s}\n ${RIGHT}` })],
  ['JSON, line after line', (s) => JSON.stringify({ log: `DB_PASSWORD=x1y2z3\n${s}\n ${RIGHT}` })],
];

/** Where a file of a key can stand. */
export const FILES: readonly (readonly [name: string, put: (lines: readonly string[]) => string])[] = [
  ['lines', (lines) => [LEFT, ...lines, RIGHT].join('\n')],
  ['stamped', (lines) => [LEFT, ...lines, RIGHT].map((line) => `2026-01-02T03:04:05.1234567Z ${line}`).join('\n')],
  ['behind a name', (lines) => [LEFT, ...lines, RIGHT].map((line) => `web-1  | ${line}`).join('\n')],
  ['CRLF', (lines) => [LEFT, ...lines, RIGHT].join('\r\n')],
  ['indented', (lines) => [LEFT, ...lines, RIGHT].map((line) => `    ${line}`).join('\n')],
  ['JSON', (lines) => JSON.stringify({ a: LEFT, key: lines.join('\n'), z: RIGHT })],
  ['JSON in JSON', (lines) => JSON.stringify({ body: JSON.stringify({ a: LEFT, key: lines.join('\n'), z: RIGHT }) })],
  ['coloured', (lines) => [LEFT, ...lines, RIGHT].map((line) => `${ESC}[32m${line}${ESC}[0m`).join('\n')],
  ['cut off at the end', (lines) => [LEFT, ...lines.slice(0, -2)].join('\n')],
  ['cut off at the beginning', (lines) => [...lines.slice(-4), RIGHT].join('\n')],
];
