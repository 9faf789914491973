import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** The files of a folder of the repository, at any depth, whose names end so. */
export function filesIn(folder: string, end: string): Uint8Array[] {
  const found = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => readFileSync(join(root, folder, name)));
  if (found.length === 0) throw new Error(`${folder}: expected files that end with ${end}, found none`);
  return found;
}

/** The YAML that stands in documents, where it holds such a line. */
export function yamlInDocs(line: RegExp): Uint8Array[] {
  const documents = filesIn('docs', '.md').map((bytes) => Buffer.from(bytes).toString());
  return documents
    .flatMap((text) => [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block ?? ''))
    .filter((block) => line.test(block))
    .map((block) => Buffer.from(block));
}
