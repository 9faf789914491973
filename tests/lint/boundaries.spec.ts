import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import configuration from '../../.dependency-cruiser.mjs';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

interface Report {
  modules: number;
  violations: { rule: string; from: string; to: string }[];
}

/** A file that breaks one rule: where it stands, what it says, which rule must name it. */
const PLANTS = [
  [
    'layer-contract',
    'libs/contracts/src/plant.ts',
    "import { messageOf } from '@prunella/core'; export const x = messageOf;",
  ],
  [
    'layer-core',
    'libs/core/src/plant.ts',
    "import { parsePolicy } from '@prunella/policy'; export const x = parsePolicy;",
  ],
  ['layer-logic', 'libs/rules/src/plant.ts', "import { Bus } from '@prunella/bus'; export const x = Bus;"],
  ['layer-logic', 'libs/signals/src/plant-type.ts', "import type { Bus } from '@prunella/bus'; export type X = Bus;"],
  ['layer-logic', 'libs/policy/src/plant-dynamic.ts', "export const x = () => import('@prunella/bus');"],
  ['layer-logic', 'libs/rules/src/plant-export.ts', "export { Bus } from '@prunella/bus';"],
  [
    'layer-adapter',
    'libs/store/src/plant.ts',
    "import { parsePolicy } from '@prunella/policy'; export const x = parsePolicy;",
  ],
  [
    'layer-adapter',
    'libs/bus/src/plant-adapter.ts',
    "import { startNats } from '@prunella/embedded'; export const x = startNats;",
  ],
  [
    'layer-adapter',
    'libs/ci/src/plant-kit.ts',
    "import { runService } from '@prunella/service-kit'; export const x = runService;",
  ],
  [
    'layer-kit',
    'libs/service-kit/src/plant.ts',
    "import { parsePolicy } from '@prunella/policy'; export const x = parsePolicy;",
  ],
  ['npm-core', 'libs/core/src/plant-npm.ts', "import pino from 'pino'; export const x = pino;"],
  [
    'services-are-apart',
    'services/detector/src/plant.ts',
    "import { x } from '../../diagnoser/src/planted.ts'; export const y = x;",
  ],
  [
    'libs-know-no-service',
    'libs/bus/src/plant.ts',
    "import { x } from '../../../services/diagnoser/src/planted.ts'; export const y = x;",
  ],
  [
    'testing-only-in-tests',
    'services/remediator/src/plant.ts',
    "import { startTestNats } from '@prunella/testing'; export const x = startTestNats;",
  ],
  [
    'plugins-are-apart',
    'services/remediator/src/actions/plant-a/index.ts',
    "import { x } from '../plant-b/index.ts'; export const y = x;",
  ],
  [
    'plugins-are-apart',
    'services/detector/src/sources/plant-a/index.ts',
    "import { x } from '../plant-b/index.ts'; export const y = x;",
  ],
  ['plugins-are-apart', 'libs/ci/src/plant-a/index.ts', "import { x } from '../plant-b/index.ts'; export const y = x;"],
  [
    'plugins-are-apart',
    'libs/notify/src/plant-a/index.ts',
    "import type { X } from '../plant-b/index.ts'; export type Y = X;",
  ],
  [
    'logic-is-pure',
    'libs/diagnosis/src/plant-fs.ts',
    "import { readFileSync } from 'node:fs'; export const x = readFileSync;",
  ],
  ['logic-is-pure', 'libs/signals/src/plant-os.ts', "import os from 'os'; export const x = os;"],
  [
    'logic-knows-no-nest',
    'libs/rules/src/plant-nest.ts',
    "import { Injectable } from '@nestjs/common'; export const x = Injectable;",
  ],
  [
    'front-door-only',
    'services/diagnoser/src/plant-deep.ts',
    "import { messageOf } from '../../../libs/core/src/errors.ts'; export const x = messageOf;",
  ],
  [
    'resolvable',
    'services/diagnoser/src/plant-path.ts',
    "import { messageOf } from '@prunella/core/src/errors.ts'; export const x = messageOf;",
  ],
  ['no-cycles', 'libs/http/src/plant-one.ts', "import { two } from './plant-two.ts'; export const one = () => two;"],
  [
    'layer-tag',
    'libs/untagged/src/index.ts',
    "import { messageOf } from '@prunella/core'; export const x = messageOf;",
  ],
] as const;

/** What the plants import, or need beside them; these break nothing themselves. */
const SOIL = {
  'services/diagnoser/src/planted.ts': 'export const x = 1;',
  'services/remediator/src/actions/plant-b/index.ts': 'export const x = 1;',
  'services/detector/src/sources/plant-b/index.ts': 'export const x = 1;',
  'libs/ci/src/plant-b/index.ts': 'export const x = 1;',
  'libs/notify/src/plant-b/index.ts': 'export const x = 1; export type X = number;',
  'libs/http/src/plant-two.ts': "import { one } from './plant-one.ts'; export const two = () => one;",
  'libs/untagged/package.json': '{"name":"@prunella/untagged","nx":{"tags":[]}}',
  // Allowed everywhere else, so that the rules are seen to let through what they should.
  'services/remediator/src/plant.spec.ts':
    "import { startTestNats } from '@prunella/testing'; export const x = startTestNats;",
  'libs/signals/src/plant.spec.ts': "import { readFileSync } from 'node:fs'; export const x = readFileSync;",
};

async function boundaries(folder: string): Promise<Report> {
  const { stdout } = await run(process.execPath, [join(root, 'scripts', 'boundaries.mjs'), folder, '--json'], {
    maxBuffer: 1 << 26,
  }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  return JSON.parse(stdout) as Report;
}

async function write(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** The sources, without what was built or installed. */
async function copyOfTree(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prunella-boundaries-'));
  const skipped = new Set(['node_modules', 'dist', 'console', 'test-results']);
  for (const part of ['libs', 'services', 'tests']) {
    await cp(join(root, part), join(folder, part), { recursive: true, filter: (path) => !skipped.has(basename(path)) });
  }
  await cp(join(root, '.dependency-cruiser.mjs'), join(folder, '.dependency-cruiser.mjs'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

let copy: string;
beforeAll(async () => {
  copy = await copyOfTree();
});
afterAll(() => rm(copy, { recursive: true, force: true }));

describe('dependency directions', () => {
  it('hold in the tree', async () => {
    const { modules, violations } = await boundaries(root);
    expect(violations).toEqual([]);
    expect(modules).toBeGreaterThan(50);
  });

  describe('planted violations', () => {
    let before: Report;
    let report: Report;
    beforeAll(async () => {
      before = await boundaries(copy);
      for (const [, path, text] of PLANTS) await write(copy, path, text);
      for (const [path, text] of Object.entries(SOIL)) await write(copy, path, text);
      report = await boundaries(copy);
    });

    it.each(PLANTS)('%s names %s', (rule, path) => {
      const rules = report.violations.filter(({ from }) => from === path).map((violation) => violation.rule);
      expect(rules).toContain(rule);
    });

    it('name nothing that was not planted', () => {
      const known = new Set<string>([...PLANTS.map(([, path]) => path), ...before.violations.map(({ from }) => from)]);
      const named = report.violations.map(({ from }) => from).filter((path) => !known.has(path));
      // The other half of the cycle may be named as well.
      expect(named.filter((path) => path !== 'libs/http/src/plant-two.ts')).toEqual([]);
    });

    it('break every rule that there is, at least once', () => {
      const rules = configuration(copy).ruleSet.forbidden.map(({ name }: { name: string }) => name);
      const planted = new Set<string>(PLANTS.map(([rule]) => rule));
      // What is at the top may import everything below; npm-contract is npm-core with another list.
      const unbroken = new Set(['layer-service', 'layer-testing', 'npm-contract']);
      expect(rules.filter((rule: string) => !planted.has(rule) && !unbroken.has(rule))).toEqual([]);
    });
  });
});

describe('purity of the logic libs', () => {
  const IMPURE = [
    'Math.random()',
    'Date.now()',
    'new Date()',
    'Math.random',
    "fetch('http://127.0.0.1')",
    'process.env',
    'setTimeout(() => {}, 1)',
    'performance.now()',
    'globalThis.process',
  ];
  const PURE = ["new Date('2026-01-01T00:00:00Z')", "Date.parse('2026-01-01T00:00:00Z')", 'Math.max(1, 2)'];

  async function lint(folder: string, path: string, expression: string): Promise<string> {
    await write(folder, path, `export const x = ${expression};\n`);
    const biome = join(root, 'node_modules', '.bin', 'biome');
    const { stdout, stderr } = await run(biome, ['lint', '--colors=off', path], { cwd: folder }).catch(
      (error: { stdout?: string; stderr?: string }) => ({ stdout: error.stdout ?? '', stderr: error.stderr ?? '' }),
    );
    return stdout + stderr;
  }

  let biomeRoot: string;
  beforeAll(async () => {
    biomeRoot = await mkdtemp(join(tmpdir(), 'prunella-purity-'));
    const settings = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8')) as { vcs: { enabled: boolean } };
    settings.vcs.enabled = false;
    await write(biomeRoot, 'biome.json', JSON.stringify(settings));
    await cp(join(root, 'scripts'), join(biomeRoot, 'scripts'), { recursive: true });
  });
  afterAll(() => rm(biomeRoot, { recursive: true, force: true }));

  it.each(IMPURE)('%s is refused in a logic lib, and only there', async (expression) => {
    expect(await lint(biomeRoot, 'libs/policy/src/plant.ts', expression)).toContain('logic is pure');
    expect(await lint(biomeRoot, 'libs/bus/src/plant.ts', expression)).not.toContain('logic is pure');
    expect(await lint(biomeRoot, 'libs/policy/src/plant.spec.ts', expression)).not.toContain('logic is pure');
  });

  it.each(PURE)('%s is let through', async (expression) => {
    expect(await lint(biomeRoot, 'libs/rules/src/plant.ts', expression)).not.toContain('logic is pure');
  });

  it('is checked for every package with the tag layer:logic', async () => {
    const { overrides } = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8')) as {
      overrides: { includes: string[]; plugins?: unknown }[];
    };
    const includes = overrides.find(({ plugins }) => plugins !== undefined)?.includes ?? [];
    const { forbidden } = configuration(root).ruleSet;
    const pure = forbidden.find(({ name }: { name: string }) => name === 'logic-is-pure');
    const folders = String(pure?.from.path).match(/libs\/[a-z-]+/g) ?? [];
    expect(folders.length).toBeGreaterThan(3);
    for (const folder of folders) expect(includes).toContain(`${folder}/src/**`);
  });
});
