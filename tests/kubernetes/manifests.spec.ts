import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acquireNats } from '@prunella/embedded';
import { parsePolicy } from '@prunella/policy';
import { parse } from 'yaml';
import { type KubernetesObject, podsOf, problemsOf } from './checks/index.ts';
import { pairwise } from './combinations.ts';
import { copiedFiles } from './generated.ts';
import { SWITCHES } from './matrix.ts';
import { CHART, objectsIn, ROOT } from './render.ts';

const KUSTOMIZE = join(ROOT, 'deploy', 'kubernetes', 'kustomize');
const run = promisify(execFile);
const kustomize = (folder: string) => run('kubectl', ['kustomize', join(KUSTOMIZE, folder)], { maxBuffer: 1 << 26 });
const hasKubectl = await run('kubectl', ['kustomize', '--help']).then(
  () => true,
  () => false,
);

const external = (reference: string) => /^Secret prunella\/prunella-(api|postgres|nats|github)$/.test(reference);

async function objectsOf(folder: string): Promise<KubernetesObject[]> {
  const { resources }: { resources: string[] } = parse(
    await readFile(join(KUSTOMIZE, folder, 'kustomization.yaml'), 'utf8'),
  );
  const texts = await Promise.all(resources.map((name) => readFile(join(KUSTOMIZE, folder, name), 'utf8')));
  return texts.flatMap(objectsIn);
}

it.each`
  folders
  ${['base']}
  ${['base', 'nats-cluster']}
  ${['base', 'nats-single', 'postgres']}
`('no mistakes in the plain manifests of $folders', async ({ folders }: { folders: string[] }) => {
  const objects = (await Promise.all(folders.map(objectsOf))).flat();
  expect(objects.length).toBeGreaterThan(20);
  expect(problemsOf(objects, external)).toEqual([]);
});

it.each(['nats-cluster', 'nats-single'])('NATS takes the configuration of %s', async (folder) => {
  const config = (await objectsOf(folder)).find(({ kind }) => kind === 'ConfigMap')?.['data']['nats.conf'];
  const home = await mkdtemp(join(tmpdir(), 'prunella-nats-conf-'));
  try {
    await writeFile(join(home, 'nats.conf'), config);
    const { path } = await acquireNats();
    // Passwords come from a Secret, and routes have one in them.
    const variables = Array.from(config.matchAll(/\$([A-Z][A-Z0-9_]+)/g), ([, name]) => {
      return [name, name.startsWith('ROUTE_') ? `nats://routes:sesame@${name}:6222` : 'sesame'];
    });
    expect(variables.length).toBeGreaterThan(6);
    const env = { ...process.env, POD_NAME: 'prunella-nats-0', ...Object.fromEntries(variables) };
    const { stderr } = await run(path, ['-t', '--config', join(home, 'nats.conf')], { env });
    expect(stderr).toMatch(/configuration file .* is valid/);
  } finally {
    await rm(home, { recursive: true });
  }
});

it('every folder lists all that is in it', async () => {
  for (const folder of ['base', 'nats-cluster', 'nats-single', 'postgres']) {
    const { resources } = parse(await readFile(join(KUSTOMIZE, folder, 'kustomization.yaml'), 'utf8'));
    const there = (await readdir(join(KUSTOMIZE, folder))).filter((name) => name !== 'kustomization.yaml');
    expect([folder, ...[...resources].sort()]).toEqual([folder, ...there.sort()]);
  }
});

(hasKubectl ? describe : describe.skip)('overlays, as kubectl builds them', () => {
  it.each`
    overlay         | replicas     | copies | mode           | files
    ${'trial'}      | ${1}         | ${'1'} | ${undefined}   | ${[]}
    ${'production'} | ${undefined} | ${'3'} | ${'recommend'} | ${['GITHUB_TOKEN_FILE']}
  `('$overlay', async ({ overlay, replicas, copies, mode, files }) => {
    const objects = objectsIn((await kustomize(`overlays/${overlay}`)).stdout);
    expect(problemsOf(objects, external)).toEqual([]);
    const services = objects.filter(({ kind }) => kind === 'Deployment');
    expect(services).toHaveLength(4);
    for (const { spec } of services as KubernetesObject[]) {
      expect(spec.replicas === replicas || (replicas === undefined && spec.replicas >= 2)).toBe(true);
    }
    for (const { owner, spec } of podsOf(objects)) {
      const env: { name: string; value?: string }[] = spec.containers[0].env ?? [];
      const value = (name: string) => env.find((variable) => variable.name === name)?.value;
      if (owner.startsWith('Deployment')) expect(value('NATS_REPLICAS')).toBe(copies);
      if (owner.endsWith('remediator')) for (const name of files) expect(value(name)).toBeDefined();
    }
    const config = objects.find(({ metadata }) => metadata.name === 'prunella-config');
    expect(parsePolicy(config?.['data']['prunella.yaml']).mode).toBe(mode);
  });
});

it('copies in the chart, and the page of values, are up to date (npm run kubernetes:generate)', async () => {
  const files = await copiedFiles();
  for (const [path, text] of files) {
    expect({ path, text: await readFile(join(ROOT, path), 'utf8').catch(() => 'not there') }).toEqual({ path, text });
  }
  const there = await readdir(join(CHART, 'files', 'alerts'));
  expect(there.map((name) => `deploy/kubernetes/helm/prunella/files/alerts/${name}`).sort()).toEqual(
    [...files.keys()].filter((path) => path.includes('/alerts/')).sort(),
  );
});

it('each option of each switch meets each option of every other one', () => {
  const rows = pairwise(SWITCHES);
  const names = Object.keys(SWITCHES) as (keyof typeof SWITCHES)[];
  for (const a of names) {
    for (const b of names) {
      if (a >= b) continue;
      const met = new Set(rows.map((row) => `${row[a]} ${row[b]}`));
      expect([a, b, met.size]).toEqual([a, b, SWITCHES[a].length * SWITCHES[b].length]);
    }
  }
  expect(rows.length).toBeLessThan(60);
});
