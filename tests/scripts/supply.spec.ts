import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judged } from '../../scripts/supply/advisories.mjs';
import { wrongLicences } from '../../scripts/supply/licences.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const TODAY = '2026-11-28';
const advisory = (severity: string) => ({
  ...{ source: 1, name: 'left-pad', severity, title: 'Pads too much' },
  url: 'https://github.com/advisories/GHSA-xxxx-yyyy-zzzz',
});
/** As npm 11 reports it: what depends on a weak package names it in `via`. */
const report = (severity: string) => ({
  auditReportVersion: 2,
  vulnerabilities: {
    'left-pad': { name: 'left-pad', severity, via: [advisory(severity)] },
    padder: { name: 'padder', severity, via: ['left-pad'] },
  },
});
const accepted = (more: object = {}) => [
  { ...{ id: 'GHSA-xxxx-yyyy-zzzz', package: 'left-pad', reason: 'we do not pad', expires: '2026-12-31' }, ...more },
];

describe('known weaknesses', () => {
  it.each(['high', 'critical'])('%s ones fail, once each, and say what to do', (severity) => {
    const { wrong } = judged(report(severity), [], TODAY);
    expect(wrong).toEqual([expect.stringMatching(/^left-pad: .*GHSA-xxxx.*npm audit fix.*accepted\.json/)]);
  });

  it.each(['moderate', 'low'])('%s ones do not', (severity) => {
    expect(judged(report(severity), [], TODAY)).toEqual({ wrong: [] });
  });

  it('one that was accepted passes until that day, for that package, with a reason', () => {
    expect(judged(report('high'), accepted(), TODAY).wrong).toEqual([]);
    expect(judged(report('high'), accepted(), '2027-01-01').wrong).toEqual([expect.stringContaining('which is over')]);
    expect(judged(report('high'), accepted({ package: 'other' }), TODAY).wrong).toHaveLength(1);
    expect(judged(report('high'), accepted({ reason: ' ' }), TODAY).wrong).toEqual([expect.stringContaining('reason')]);
    expect(judged(report('low'), accepted({ expires: 'never' }), TODAY).wrong).toHaveLength(1);
  });

  it.each([{ message: '405 Method Not Allowed' }, {}])(
    'a registry without an answer is told, and fails nothing',
    (none) => {
      expect(judged(none, [], TODAY)).toEqual({ wrong: [], note: expect.stringContaining('not asked') });
    },
  );
});

describe('licences', () => {
  const lock = (license: string | undefined, more: object = {}) => ({
    packages: { '': { license: 'X' }, 'node_modules/a/node_modules/@b/c': { license, ...more } },
  });
  const allowed = { licences: ['MIT', 'ISC'], packages: { old: { licence: 'MIT' } } };

  it.each(['MIT', '(MIT OR GPL-3.0)', 'MIT AND ISC'])('%s passes', (license) => {
    expect(wrongLicences(lock(license), allowed)).toEqual([]);
  });

  it.each(['GPL-3.0', 'MIT AND GPL-3.0', 'MIT OR ISC AND GPL-3.0', undefined])('%s does not', (license) => {
    expect(wrongLicences(lock(license), allowed)).toEqual([
      expect.stringMatching(/^@b\/c: expected one of the licences/),
    ]);
  });

  it('only what is shipped counts, and what is optional to that is shipped', () => {
    expect(wrongLicences(lock('GPL-3.0', { dev: true }), allowed)).toEqual([]);
    expect(wrongLicences(lock('GPL-3.0', { devOptional: true }), allowed)).toHaveLength(1);
  });

  it('a package without one passes where somebody looked', () => {
    expect(wrongLicences({ packages: { 'node_modules/old': {} } }, allowed)).toEqual([]);
  });
});

it('npm run sbom writes all that is shipped, in a format that others read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prunella-sbom-'));
  const file = join(folder, 'bom.json');
  try {
    execFileSync(process.execPath, ['scripts/sbom.mjs', file], { cwd: ROOT });
    const bom = JSON.parse(readFileSync(file, 'utf8'));
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'prunella' } } });
    const names: string[] = bom.components.map(({ purl }: { purl: string }) => purl);
    // What npm sbom forgets, and what only tests need.
    expect(names).toContainEqual(expect.stringMatching(/^pkg:npm\/escape-html@/));
    expect(names).not.toContainEqual(expect.stringMatching(/^pkg:npm\/jest@/));
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { name?: string; version: string; dev?: true; link?: true }>;
    };
    const taken = new Set<string>();
    for (const [path, { name, version, dev, link }] of Object.entries(lock.packages)) {
      if (!path.includes('node_modules/') || dev || link) continue;
      taken.add(`pkg:npm/${(name ?? path.split('node_modules/').at(-1) ?? '').replace('@', '%40')}@${version}`);
    }
    expect(taken.size).toBeGreaterThan(300);
    expect([...names].sort()).toEqual([...taken].sort());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
