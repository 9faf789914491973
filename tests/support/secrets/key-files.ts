import type { Make } from './made-up.ts';

const KINDS = ['RSA PRIVATE KEY', 'EC PRIVATE KEY', 'DSA PRIVATE KEY', 'PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'];

/** A key over several lines. */
export type KeyFile = readonly [name: string, lines: (make: Make) => string[]];

const material = (m: Make, start: string): string[] => [
  `${start}${m('base64', 64 - start.length)}`,
  ...Array.from({ length: 6 }, () => m('base64', 64)),
  `${m('base64', 30)}==`,
];
const file = (kind: string, lines: string[]): string[] => [
  `-----BEGIN ${kind}-----`,
  ...lines,
  `-----END ${kind}-----`,
];

/** Keys in files; each must go, all of its lines, wherever the file is printed. */
export const KEY_FILES: readonly KeyFile[] = [
  ...KINDS.map((kind): KeyFile => [kind.toLowerCase(), (m) => file(kind, material(m, 'MIIE'))]),
  ['OpenSSH', (m) => file('OPENSSH PRIVATE KEY', material(m, 'b3BlbnNzaC1rZXktdjE'))],
  [
    'PGP',
    (m) => file('PGP PRIVATE KEY BLOCK', ['Version: GnuPG v2', '', ...material(m, 'lQOY'), `=${m('base64', 4)}`]),
  ],
  [
    'RSA under a passphrase',
    (m) =>
      file('RSA PRIVATE KEY', [
        'Proc-Type: 4,ENCRYPTED',
        `DEK-Info: AES-256-CBC,${m('hex', 32)}`,
        '',
        ...material(m, 'MIIE'),
      ]),
  ],
];
