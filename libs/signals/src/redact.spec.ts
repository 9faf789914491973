import fc from 'fast-check';
import { redact, redactEachPattern } from './redact.ts';

// Put together at run time: a scanner for secrets must not stumble over this file.
const body = 'Zx9'.repeat(14);
const SECRETS: readonly (readonly [string, string])[] = [
  ['GitHub token', `ghp_${body}`],
  ['GitHub fine-grained token', `github_pat_${body}`],
  ['GitLab token', `glpat-${body}`],
  ['Slack token', `xoxb-${body}`],
  ['AWS key id', `AKIA${'Z9'.repeat(8)}`],
  ['Google key', `AIza${body.slice(0, 35)}`],
  ['npm token', `npm_${body}`],
  ['Docker Hub token', `dckr_pat_${body}`],
  ['Hugging Face token', `hf_${body}`],
  ['Vault token', `hvs.${body}`],
  ['Anthropic key', `sk-ant-${body}`],
  ['web token', `eyJ${body}.eyJ${body}.${body}`],
];
const [SECRET] = SECRETS.map(([, secret]) => secret) as [string];

describe('redact', () => {
  it.each(SECRETS)('takes out a %s wherever it stands', (_name, secret) => {
    for (const text of [secret, `use ${secret} here`, `x="${secret}"`, `a\n${secret}\nb`]) {
      expect(redact(text)).not.toContain(secret.slice(8));
    }
  });

  it.each([
    ['https://joe:s3cr3t@example.org/x', 'https://[redacted]@example.org/x'],
    ['git clone https://x-access-token:abc@example.org', 'git clone https://[redacted]@example.org'],
    ['Authorization: Basic am9lOnMzY3IzdA==', 'Authorization: Basic [redacted]'],
    ["-H 'Authorization: Bearer abcdef0123456789xyz'", "-H 'Authorization: Bearer [redacted]'"],
    ['curl bearer abcdef0123456789xyz', 'curl bearer [redacted]'],
    ['DB_PASSWORD=hunter2 make', 'DB_PASSWORD=[redacted] make'],
    ['"api_key": "hunter2"', '"api_key": "[redacted]"'],
    ['AWS_SECRET_ACCESS_KEY=hunter2/x', 'AWS_SECRET_ACCESS_KEY=[redacted]'],
    ['login --password hunter2', 'login --password [redacted]'],
    ['postgres://app:p@ss@db.example.org/app', 'postgres://[redacted]@db.example.org/app'],
    ['password: "two words"', 'password: "[redacted]"'],
    ['password=\'it is "mine"\'', "password='[redacted]'"],
    ['password: "it\'s mine"', 'password: "[redacted]"'],
    ['{\\"password\\": \\"hunter2\\"}', '{\\"password\\": \\"[redacted]\\"}'],
    ['"auth": "dXNlcjpwYXNzd29yZA=="', '"auth": "[redacted]"'],
    ['_auth=dXNlcjpwYXNz', '_auth=[redacted]'],
    ['GET https://example.org/x?sig=abc%2Bdef&se=1', 'GET https://example.org/x?sig=[redacted]&se=1'],
    ['AccountKey=abcdEFGH1234==;EndpointSuffix=x', 'AccountKey=[redacted];EndpointSuffix=x'],
    ['curl -sf -u joe:hunter2 https://example.org', 'curl -sf -u joe:[redacted] https://example.org'],
    ['docker login -u joe -p hunter2 example.org', 'docker login -u joe -p [redacted] example.org'],
    ['sshpass -p hunter2 ssh host', 'sshpass -p [redacted] ssh host'],
    ['mysql -u root -phunter2 shop', 'mysql -u root -p[redacted] shop'],
    ['https://hooks.slack.com/services/T00/B00/abcdef', 'https://hooks.slack.com/services/[redacted]'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  it.each([
    'SyntaxError: Unexpected token: punc (})',
    'npm ERR! 404 Not Found - GET https://registry.example.org/left-pad',
    'src/app.ts(12,7): error TS2322: no',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'git@example.org: Permission denied (publickey).',
    'fatal: Authentication failed for the repository',
    'AssertionError: expected 3 to equal 4',
    'http://localhost:8080/?mail=joe@example.org',
    'mysql --protocol tcp',
    'docker login --password-stdin',
    'docker run -p 8080:80 app',
    'src/token:12: error: no',
  ])('leaves alone: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('takes out the lines of a private key and keeps their number', () => {
    const kind = 'RSA PRIVATE KEY';
    const text = `key:\n-----BEGIN ${kind}-----\nMIIEow\nIBAAKC\n-----END ${kind}-----\nafter`;
    expect(redact(text)).toBe('key:\n[redacted]\n[redacted]\n[redacted]\n[redacted]\nafter');
  });

  const kind = 'PRIVATE KEY';
  const [begin, end] = [`-----BEGIN ${kind}-----`, `-----END ${kind}-----`];
  const material = `MIIE${'Zx9+'.repeat(15)}`;
  it.each([
    ['behind a prefix', `web | ${begin}\nweb | ${material}\nweb | Zx9=\nweb | ${end}\nweb | up`, 'web | up'],
    ['with its beginning cut off', `started\nboom\n${material}\nZx9=\n${end}\nup`, 'started\nboom|up'],
    ['with its end cut off', `${begin}\n${material}\nit went wrong`, 'it went wrong'],
    ['in one line', `{"key": "${begin}\\n${material}\\n${end}"}`, '{"key"'],
    ['with headers', `${begin}\nProc-Type: 4,ENCRYPTED\n\n${material}\n${end}\nError: boom`, 'Error: boom'],
    ['that an error follows', `expecting: ${begin}\nError: boom`, 'Error: boom'],
    ['that is only mentioned', `expecting: ${begin}\nit went wrong`, 'it went wrong'],
    ['with stamps', `2026-01-02T03:04:05Z ${begin}\n2026-01-02T03:04:06Z ${material}\n2026-01-02T03:04:07Z ${end}`, ''],
  ])('takes out a private key %s and nothing else', (_name, text, kept) => {
    const redacted = redact(text);
    expect(redacted).not.toMatch(/MIIE|Zx9|PRIVATE KEY/);
    expect(redacted.split('\n')).toHaveLength(text.split('\n').length);
    for (const part of kept.split('|')) expect(redacted).toContain(part.trim());
    expect(redact(redacted)).toBe(redacted);
  });

  it('does the same once or twice, and keeps the number of lines, whatever the text', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(...SECRETS.map(([, secret]) => secret)),
      fc.constantFrom('\n', ' ', '=', ': ', '"', 'password', 'token', '--token ', 'bearer ', 'https://', 'a:b', '@'),
      fc.constantFrom(
        "'",
        '\\"',
        begin,
        end,
        `${material}\n`,
        '?sig=',
        'curl -u ',
        'docker login -p ',
        '"auth": "',
        'x y',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = redact(pieces.join(''));
        expect(redact(once)).toBe(once);
        expect(once.split('\n')).toHaveLength(pieces.join('').split('\n').length);
      }),
      // What was put in place of one secret made the rest long enough for a token.
      { numRuns: 1_000, examples: [[['https://', '?sig=', '#?("!!!A@']]] },
    );
  });

  it('looks ahead and loses nothing by it, whatever the text', () => {
    const words = [
      ...SECRETS.map(([, secret]) => secret),
      ...SECRETS.map(([, secret]) => secret.toLowerCase()),
      ...['glrt-', 'xoxp-', 'dckr_oat_', 'pypi-', 'sk_live_', 'rk_test_', 'SG.', 'hvb.', 'dop_v1_', 'oy2', 'sk-proj-'],
      ...['ASIA', 'ya29.', 'https://hooks.slack.com/services/', '&X-Amz-Signature=', '?x-goog-signature=', '?SIG='],
      ...[
        'AccountKey=',
        'SharedAccessKey=',
        'curl --user ',
        'podman login -p ',
        'helm registry login -p ',
        'oras login -p ',
        'buildah login -p ',
        'sshpass -p ',
        'mysqldump -p',
      ],
      ...['Authorization: ', 'BEARER ', '\\"AUTH\\": \\"', '_auth = ', 'PassWord=', 'passwd: ', 'passphrase=', 'pwd=>'],
      ...[
        'Api-Key: ',
        'accessKey=',
        'private_key := ',
        'credentials=',
        '--api-key ',
        '-secret ',
        'https://joe',
        ':',
        '@',
      ],
      ...['unexpected token: ', '[redacted]', body, body.toLowerCase(), 'a'.repeat(200), 'b'.repeat(500)],
    ];
    const piece = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...words) },
      {
        weight: 2,
        arbitrary: fc.constantFrom('\n', ' ', '=', ': ', '"', "'", '/', '://', '@', '-', '\u212a', '\u017f'),
      },
      { weight: 1, arbitrary: fc.string() },
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        const text = pieces.join('');
        expect(redact(text)).toBe(redactEachPattern(text));
      }),
      {
        numRuns: 10_000,
        examples: [[['https://', 'a'.repeat(200), ':', 'b'.repeat(500), '@']], [['pwd=', body]], [['_auth=', body]]],
      },
    );
  });

  it.each([
    ['starts of tokens', 'ghp_', ' '],
    ['starts of web tokens', 'eyJ', '-'],
    ['password words', 'token', ''],
    ['addresses', '://a:', ''],
    ['blanks', 'password ', '         '],
    ['logins', 'docker login', ' '],
    ['curls', 'curl -u ', ''],
    ['opened quotes', 'password="', ' '],
    ['dashes', '--token', '-'],
    ['options', '--a-token', '-'],
    ['starts of keys in files', '-----BEGIN PRIVATE KEY-----', ' '],
    ['keys in files', '-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----', ' '],
    ['starts of colours', '\u001b[', '0'],
    ['colours in JSON', '\\u001b[0', 'm'],
    ['backslashes', '\\', ''],
    ['escaped quotes', 'password\\"', ''],
    ['elements', '<password>', ''],
    ['opened elements', '<a', ''],
    ['cookies', 'cookie: a', ' '],
    ['basic words', 'basic a', ''],
    ['starts of SendGrid', 'SG.aaaaaaaaaaaaaaaa', '-'],
    ['starts of signed addresses', '?sig=', ''],
    ['machines', 'machine a login ', ''],
  ])('stays linear on a megabyte of %s', (_name, word, between) => {
    const text = `${word}${between}`.repeat(Math.ceil(1_000_000 / (word.length + between.length)));
    // A quadratic pattern takes minutes here: the test's own limit is the bound.
    expect(redact(text).length).toBeGreaterThan(0);
  });

  it('finds a secret at the end of a long line', () => {
    expect(redact(`${'x '.repeat(100_000)}${SECRET}`)).not.toContain(SECRET);
  });
});
