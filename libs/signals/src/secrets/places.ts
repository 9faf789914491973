/**
 * Places in which a value of any shape is a secret: addresses, headers, assignments, command lines. What `keep` names stays.
 *
 * All of them take linear time: a match can't start inside the run that another start already walked through, or the run is bounded.
 */
export interface Place {
  /** One of these stands in each match, in any case; three characters or more. Empty: something else looks ahead, see `redact.ts`. */
  hints: readonly string[];
  pattern: RegExp;
}

/** An opening quote, also where it is escaped because the text is JSON in JSON in JSON; before a value and after a name. */
const QUOTE = String.raw`(?:\\{0,7}["'])?`;
const BLANKS = String.raw`[ \t]{0,9}`;
/** `=` and `:` as they are written in languages, addresses (%3D) and the JSON of Go (\u003d). */
const IS = String.raw`(?:=>|:=|=|:|%3[ad]|\\{1,4}u003[ad])`;
const END = '(?=[\\s"\'`,;)}\\]\\\\&<]|$)';
const NO_VALUE = 'null|none|nil|undefined|true|false|read|write|string|number|boolean|required|optional';
/**
 * What stands in the place of a secret and is none: masks of CI systems, references to variables and secrets, types, numbers of tokens. Only where
 * it is all of the value.
 */
const NOT_SECRET = String.raw`(?!(?:\*{3,}|\[(?:MASKED|secure)\]|<[A-Z_ -]{3,40}>|(?:basic|bearer|token) \*{3}|\$\{?[A-Z_][A-Z0-9_]{0,99}\}?|\$\{\{[^{}\n]{1,100}\}\}|(?:var|local|module|data)\.[\w.]{1,100}|(?:${NO_VALUE}))${END})(?!\$\{\{ ?[\w.]{1,100} ?\}\})(?!(?<=tokens["']?[ \t]{0,3}[:=][ \t]{0,3})\d{1,9}${END})`;

/** PWD and OLDPWD, alone, are folders where they are paths; DB_PWD is none. */
const PWD = String.raw`(?:(?<![\w-])(?:old)?pwd(?!["']?[ \t]{0,3}[:=][ \t]{0,3}["']?/)|(?<=[\w-])(?<!(?<![\w-])old)pwd)`;
/** Ends of the names under which secrets stand. */
const WORDS =
  `passw(?:or)?d|passphrase|${PWD}|` +
  '(?<!lib)secret|token|api[ _-]?key|access[ _-]?key|private[ _-]?key|credentials?|[_.-]pass(?![a-z])|' +
  '(?:encryption|signing|master|account|storage|deploy|shared|auth|ssh|service|license)[_-]?key';
const NAME_HINTS = [
  ...['passw', 'passphrase', 'pwd', 'secret', 'token', 'credential', '_pass', '-pass', '.pass'],
  ...['api', 'access', 'private', 'encryption', 'signing', 'master', 'account', 'storage', 'deploy', 'shared'].flatMap(
    keys,
  ),
  ...['auth', 'ssh', 'service', 'license'].flatMap(keys),
  ...['api key', 'access key', 'private key'],
];
function keys(what: string): string[] {
  return ['key', '_key', '-key'].map((key) => `${what}${key}`);
}
/** Not that of `Unexpected token: x`, which parsers say. */
const NAME = String.raw`(?<!unexpected )(?:${WORDS})[\w-]{0,40}`;
const assigned = String.raw`(?<keep>${NAME}${QUOTE}${BLANKS}${IS}${BLANKS}`;

const place = (hints: string | readonly string[], pattern: string, flags = 'gi'): Place => ({
  hints: typeof hints === 'string' ? hints.split(' ').filter(Boolean) : hints,
  pattern: new RegExp(pattern, flags),
});

export const PLACES: readonly Place[] = [
  // User and password, or a token alone, in an address.
  place('', String.raw`(?<keep>:\/\/)(?:[^\s/@:]{0,200}:[^\s/?#]{1,500}|[^\s/@:]{20,500})(?=@)`),
  // Addresses that are secrets themselves.
  place('hooks.slack.com', String.raw`(?<keep>hooks\.slack\.com\\?\/(?:services|workflows|triggers)\\?\/)[\w\\/-]{8,}`),
  place('/webhooks/', String.raw`(?<keep>discord(?:app)?\.com\/api\/webhooks\/)[\w/-]{20,}`),
  place('/webhookb2/', String.raw`(?<keep>\/webhookb2\/)[\w@/-]{20,}`),
  // Signed addresses and connection strings.
  place(
    '?sig &sig ?x-amz &x-amz ?x-goog &x-goog \\u0026sig \\u0026x-amz \\u0026x-goog ;sig ;x-amz ;x-goog',
    String.raw`(?<keep>(?:[?&;]|\\u0026)(?:sig|signature|x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential))=)[^\s&"'<>\\]{3,}`,
  ),
  place('AccountKey= AccessKey=', String.raw`(?<keep>\b(?:Account|SharedAccess)Key=)[^\s;"']{3,}`),
  // User and password, or a password alone, on the command line.
  place(
    'curl',
    String.raw`(?<keep>\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =]${QUOTE}[^\s:"'\\]{0,100}:)${NOT_SECRET}[^\s"'\\]{1,200}`,
    'g',
  ),
  place(
    'docker podman buildah helm oras sshpass mysql',
    String.raw`(?<keep>\b(?:(?:docker|podman|buildah|helm|oras)\b[^\n]{0,100}? login\b[^\n]{0,200}? -p|sshpass -p|mysql(?:dump|admin)?\b[^\n]{0,200}?\s-p)[ =]?${QUOTE})${NOT_SECRET}[^\s"'\\-][^\s"'\\]{2,}`,
    'g',
  ),
  place(
    ['-password', '-passwd', 'passphrase', '-token', '-api-key', '-apikey', '-secret', '-access-key', '-secret-key'],
    String.raw`(?<keep>(?<![\w-])--?(?:[\w-]{1,40}-)?(?:password|passwd|passphrase|token|api-?key|secret|access-key|secret-key)[ \t]{1,9}["']?)(?!(?:token|password|secret|key|for|the|that|flag|option|and|was|not|with|from)\b)${NOT_SECRET}[^\s"'-][^\s"']{2,}`,
  ),
  place(
    'machine',
    String.raw`(?<keep>\bmachine[ \t]{1,9}\S{1,200}[ \t]{1,9}login[ \t]{1,9}\S{1,200}[ \t]{1,9}password[ \t]{1,9})\S+`,
  ),
  place(
    ["password '", 'identified'],
    String.raw`(?<keep>\b(?:identified[ \t]{1,9}by|password)[ \t]{1,9}')[^'\n]{3,500}(?=')`,
  ),
  // Headers.
  place(
    'authorization',
    String.raw`(?<keep>authorization${QUOTE}${BLANKS}[:=]${BLANKS}${QUOTE}(?:(?:bearer|basic|token|digest|negotiate|apikey)[ \t]{1,9})?)${NOT_SECRET}[^\s"',;\\]{3,}`,
  ),
  place('bearer', String.raw`(?<keep>\bbearer[ \t]{1,9})[\w+/.~=-]{16,}`),
  // Without the header's name only what looks like base64: a capital or a digit in it.
  place(
    'basic',
    String.raw`(?<keep>\b(?:[Bb]asic|BASIC)[ \t]{1,9})(?=[a-z+/]{0,100}[A-Z0-9])(?=[A-Z0-9+/]{0,100}[a-z])[A-Za-z0-9+/]{16,}={0,2}`,
    'g',
  ),
  place(
    'cookie',
    String.raw`(?<keep>\b(?:set-)?cookie${QUOTE}${BLANKS}[:=]${BLANKS}${QUOTE})[\w.-]{1,100}=[^\n"'\\]{3,}`,
  ),
  // "auth": "..." in Docker's settings, _auth=... in npm's.
  place(
    ['"auth"', '"auth\\', '_auth'],
    String.raw`(?<keep>(?:\\{0,7}"auth\\{0,7}"${BLANKS}:${BLANKS}\\{0,7}"|_auth${BLANKS}=${BLANKS}"?))[\w+/=-]{8,}`,
  ),
  // <password>...</password>
  place(NAME_HINTS, String.raw`(?<keep><[\w:.-]{0,40}(?:${WORDS})[\w.-]{0,40}>)${NOT_SECRET}[^<\n]{3,500}(?=<)`),
  // "password": "with blanks in", also where the quotes are escaped.
  place(
    NAME_HINTS,
    String.raw`${assigned}(?<escapes>\\{0,7})(?<quote>["']))${NOT_SECRET}(?:(?!\k<escapes>\k<quote>)[^\n]){3,500}(?=\k<escapes>\k<quote>)`,
  ),
  // password=..., "api_key": "...", AWS_SECRET_ACCESS_KEY=..., --token=...
  place(
    NAME_HINTS,
    String.raw`${assigned}${QUOTE})${NOT_SECRET}(?![=:>]|\d{1,6}:)(?:\\(?!\\{0,7}["'])|[^\s"'${'`'},;)}\\]){3,}`,
  ),
];
