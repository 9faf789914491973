import { GONE, withoutPrivateKeys } from './private-keys.ts';
import { finderOf } from './words.ts';

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
  // Hugging Face, Vault, DigitalOcean, NuGet, OpenAI and Anthropic
  /(?<!\w)(?:hf_[A-Za-z0-9]{30,}|hv[sb]\.[\w-]{20,}|do[opr]_v1_\w{32,}|oy2[a-z0-9]{43})/g,
  /(?<![\w-])sk-(?:(?:ant|proj|svcacct|admin)-[\w-]{16,}|[A-Za-z0-9]{32,})/g,
  // AWS key ids, Google API keys and access tokens
  /(?<!\w)(?:AKIA|ASIA|AGPA|AROA|AIDA)[0-9A-Z]{16}(?!\w)/g,
  /(?<![\w-])AIza[\w-]{35,}/g,
  /(?<![\w-])ya29\.[\w-]{16,}/g,
  // JSON web tokens
  /(?<![\w-])eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g,
  // user and password, or a token alone, in an address
  /(?<keep>:\/\/)(?:[^\s/@:]{0,200}:[^\s/?#]{1,500}|[^\s/@:]{20,500})(?=@)/g,
  // signed addresses and connection strings
  /(?<keep>[?&](?:sig|signature|x-amz-(?:signature|credential|security-token)|x-goog-signature)=)[^\s&"'<>]{3,}/gi,
  /(?<keep>\b(?:Account|SharedAccess)Key=)[^\s;"']{3,}/gi,
  // user and password, or a password alone, on the command line
  /(?<keep>\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =]["']?[^\s:"']{0,100}:)[^\s"']{1,200}/g,
  /(?<keep>\b(?:(?:docker|podman|buildah|helm|oras)\b[^\n]{0,100}? login\b[^\n]{0,200}? -p|sshpass -p|mysql(?:dump|admin)?\b[^\n]{0,200}?\s-p)[ =]?["']?)[^\s"'-][^\s"']{2,}/g,
  // headers
  /(?<keep>authorization["']?[ \t]{0,9}[:=][ \t]{0,9}["']?(?:(?:bearer|basic|token|digest)[ \t]{1,9})?)[^\s"',;]{3,}/gi,
  /(?<keep>\bbearer[ \t]{1,9})[\w+/.~=-]{16,}/gi,
  // "auth": "..." in Docker's settings, _auth=... in npm's
  /(?<keep>(?:\\?"auth\\?"[ \t]{0,9}:[ \t]{0,9}\\?"|\b_auth[ \t]{0,9}=[ \t]{0,9}"?))[\w+/=-]{8,}/gi,
  // "password": "with blanks in", also where the quotes are escaped
  /(?<keep>(?<!unexpected )(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)[\w-]{0,40}(?:\\?["'])?[ \t]{0,9}(?:=|:=|:|=>)[ \t]{0,9}\\?(?<quote>["']))(?:(?!\\?\k<quote>)[^\n]){3,500}(?=\\?\k<quote>)/gi,
  // password=..., "api_key": "...", AWS_SECRET_ACCESS_KEY=..., --token ...
  /(?<keep>(?<!unexpected )(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)[\w-]{0,40}(?:\\?["'])?[ \t]{0,9}(?:=|:=|:|=>)[ \t]{0,9}\\?["']?)(?![=:>]|\d{1,6}:)(?:\\(?!["'])|[^\s"'`,;)}\\]){3,}/gi,
  /(?<keep>--?(?:password|passwd|token|api-key|secret)[ \t]{1,9})[^\s"'-][^\s"']{2,}/gi,
];

/**
 * One of these stands in every match of the patterns above, but for that of addresses, in any case. Most lines hold none of it, and to look once for all
 * of them takes a tenth of the time of looking for each pattern.
 */
const HINTS: readonly string[] = [
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
  ...['glpat-', 'glrt-', 'gldt-', 'glptt-', 'glcbt-', 'glsoat-', 'glft-', 'glimt-', 'glagent-'],
  ...['xoxa-', 'xoxb-', 'xoxe-', 'xoxp-', 'xoxr-', 'xoxs-', 'hooks.slack.com', 'npm_', 'dckr_', 'pypi-'],
  ...['k_live_', 'k_test_', 'SG.', 'hf_', 'hvs.', 'hvb.', '_v1_', 'oy2', 'sk-'],
  ...['AKIA', 'ASIA', 'AGPA', 'AROA', 'AIDA', 'AIza', 'ya29.', 'eyJ'],
  ...['?sig', '&sig', '?x-amz', '&x-amz', '?x-goog', '&x-goog', 'AccountKey='],
  ...['curl', 'docker', 'podman', 'buildah', 'helm', 'oras', 'sshpass', 'mysql'],
  ...['authorization', 'bearer', '"auth"', '"auth\\"', '_auth'],
  ...['passw', 'passphrase', 'pwd', 'secret', 'token', 'credential'],
  ...['api', 'access', 'private'].flatMap((what) => ['key', '_key', '-key'].map((key) => `${what}${key}`)),
];
const holdsHint = finderOf(HINTS);

/** Longest user and password in an address, with what stands between them. */
const LONGEST_USER = 701;

/** Whether a line may hold an address with a user or a password in it: they have no slash. */
function holdsUser(line: string): boolean {
  let at = 0;
  for (let begin = line.indexOf('://'); begin >= 0; begin = line.indexOf('://', begin + 3)) {
    if (at < begin + 3) at = line.indexOf('@', begin + 3);
    if (at < 0) return false;
    if (at > begin + 3 + LONGEST_USER) continue;
    const slash = line.indexOf('/', begin + 3);
    if (slash < 0 || at < slash) return true;
  }
  return false;
}

/**
 * Takes secrets out of a text: tokens of the well-known platforms, web tokens, credentials in addresses and headers,
 * whatever is assigned to a password-like name, private keys.
 *
 * Keeps the number of lines. Doing it twice changes nothing. Time is linear in the length.
 */
export function redact(text: string): string {
  return withoutPrivateKeys(text)
    .split('\n')
    .map((line) => (holdsHint(line) || holdsUser(line) ? withoutSecrets(line) : line))
    .join('\n');
}

/** The same without the look ahead: for the proof that it makes no difference. */
export function redactEachPattern(text: string): string {
  return withoutPrivateKeys(text).split('\n').map(withoutSecrets).join('\n');
}

function withoutSecrets(line: string): string {
  return SECRETS.reduce((out, pattern) => out.replace(pattern, replaced), line);
}

function replaced(_match: string, ...rest: unknown[]): string {
  const groups = rest.at(-1);
  const keep = typeof groups === 'object' && groups !== null ? (groups as { keep?: string }).keep : undefined;
  return `${keep ?? ''}${GONE}`;
}
