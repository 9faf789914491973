const GONE = '[redacted]';

/**
 * Each pattern keeps what `$<keep>` names and loses the rest. All of them are linear: a match can't start inside the
 * run that another start already walked through, or the run is bounded.
 */
const SECRETS: readonly RegExp[] = [
  // GitHub, GitLab, Slack, npm, Docker Hub, PyPI, Stripe, SendGrid
  /(?<!\w)(?:gh[pousr]_\w{16,}|github_pat_\w{16,})/g,
  /(?<![\w-])gl(?:pat|rt|dt|ptt|cbt|soat|ft|imt|agent)-[\w-]{16,}/g,
  /(?<![\w-])xox[abeprs]-[\w-]{8,}/g,
  /(?<keep>hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]{8,}/g,
  /(?<!\w)npm_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])dckr_(?:pat|oat)_[\w-]{16,}/g,
  /(?<![\w-])pypi-[\w-]{32,}/g,
  /(?<!\w)(?:sk|rk)_(?:live|test)_\w{16,}/g,
  /(?<![\w-])SG\.[\w-]{16,}\.[\w-]{16,}/g,
  // AWS key ids, Google API keys and access tokens
  /(?<!\w)(?:AKIA|ASIA|AGPA|AROA|AIDA)[0-9A-Z]{16}(?!\w)/g,
  /(?<![\w-])AIza[\w-]{35,}/g,
  /(?<![\w-])ya29\.[\w-]{16,}/g,
  // JSON web tokens
  /(?<![\w-])eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g,
  // user and password, or a token alone, in an address
  /(?<keep>:\/\/)(?:[^\s/@:]{0,200}:[^\s/@]{1,500}|[^\s/@:]{20,500})(?=@)/g,
  // headers
  /(?<keep>authorization["']?[ \t]{0,9}[:=][ \t]{0,9}["']?(?:(?:bearer|basic|token|digest)[ \t]{1,9})?)[^\s"',;]{3,}/gi,
  /(?<keep>\bbearer[ \t]{1,9})[\w+/.~=-]{16,}/gi,
  // password=..., "api_key": "...", AWS_SECRET_ACCESS_KEY=..., --token ...
  /(?<keep>(?<!unexpected )(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)[\w-]{0,40}(?<quote>["']?)[ \t]{0,9}(?:=|:=|:|=>)[ \t]{0,9}["']?)(?![=:>])[^\s"'`,;)}]{3,}/gi,
  /(?<keep>--?(?:password|passwd|token|api-key|secret)[ \t]{1,9})[^\s"'-][^\s"']{2,}/gi,
];

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
/** A key without an end (a cut log) takes no more lines with it than a long key has. */
const KEY_LINES = 120;

/**
 * Takes secrets out of a text: tokens of the well-known platforms, web tokens, credentials in addresses and headers,
 * whatever is assigned to a password-like name, private keys.
 *
 * Keeps the number of lines. Doing it twice changes nothing. Time is linear in the length.
 */
export function redact(text: string): string {
  return redactKeys(text)
    .split('\n')
    .map((line) => SECRETS.reduce((out, pattern) => out.replace(pattern, replaced), line))
    .join('\n');
}

function replaced(_match: string, ...rest: unknown[]): string {
  const groups = rest.at(-1);
  const keep = typeof groups === 'object' && groups !== null ? (groups as { keep?: string }).keep : undefined;
  return `${keep ?? ''}${GONE}`;
}

function redactKeys(text: string): string {
  if (!text.includes('PRIVATE KEY')) return text;
  let left = 0;
  return text
    .split('\n')
    .map((line) => {
      if (left > 0) {
        left = KEY_END.test(line) ? 0 : left - 1;
        return GONE;
      }
      const begin = KEY_BEGIN.exec(line);
      if (begin === null) return line;
      // A key on one line (`\n` written out in an environment variable) ends where it began.
      if (!KEY_END.test(line)) left = KEY_LINES;
      return `${line.slice(0, begin.index)}${GONE}`;
    })
    .join('\n');
}
