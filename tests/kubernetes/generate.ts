/**
 * Writes what is made from the chart and for it: copies in the chart, plain manifests for Kustomize, the page of values.
 *
 *   npm run kubernetes:generate
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copiedFiles, type Files, kustomizeFiles } from './generated.ts';
import { findRenderer, ROOT } from './render.ts';

async function write(files: Files): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
  }
}

await rm(join(ROOT, 'deploy/kubernetes/helm/prunella/files'), { recursive: true, force: true });
await write(await copiedFiles());
const found = await findRenderer();
if (found === undefined) {
  throw new Error(
    'neither helm nor Go with sprig are here: apt-get install golang-go golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev',
  );
}
const manifests = await kustomizeFiles(found.renderer);
for (const folder of new Set([...manifests.keys()].map(dirname))) await rm(join(ROOT, folder), { recursive: true, force: true });
await write(manifests);
process.stdout.write(`${manifests.size} files of manifests, rendered by ${found.by}\n`);
