import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './checks/object.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
export const CHART = join(ROOT, 'deploy', 'kubernetes', 'helm', 'prunella');
const CACHE = join(ROOT, 'node_modules', '.cache', 'prunella');

/** Values of a user, and what the release is called. */
export interface Case {
  name: string;
  release: string;
  namespace: string;
  values: Record<string, unknown>;
}

/** What came of a case: objects, or why there are none. */
export type Rendered = { objects: KubernetesObject[] } | { error: string };

/** Renders the chart, in the order of the cases. */
export type Renderer = (cases: readonly Case[]) => Promise<Rendered[]>;

const run = promisify(execFile);

/** `helm` where it is on the PATH; else render/main.go, where Go and Debian's sprig are; undefined: neither can be had. */
export async function findRenderer(): Promise<{ renderer: Renderer; by: string } | undefined> {
  if (await works('helm', ['version', '--short'])) return { renderer: byHelm, by: 'helm' };
  const program = await build();
  return program === undefined ? undefined : { renderer: byTemplates(program), by: 'render/main.go' };
}

async function byHelm(cases: readonly Case[]): Promise<Rendered[]> {
  const folder = await mkdtemp(join(tmpdir(), 'prunella-helm-'));
  try {
    const results: Rendered[] = [];
    for (const { release, namespace, values } of cases) {
      const file = join(folder, 'values.json');
      await writeFile(file, JSON.stringify(values));
      const args = ['template', release, CHART, '--namespace', namespace, '--values', file];
      results.push(
        await run('helm', args, { maxBuffer: 1 << 26 }).then(
          ({ stdout }) => ({ objects: objectsIn(stdout) }),
          (error: { stderr?: string }) => ({ error: error.stderr ?? String(error) }),
        ),
      );
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function byTemplates(program: string): Renderer {
  return async (cases) => {
    const answers: { files?: Record<string, string>; error?: string }[] = JSON.parse(
      await piped(program, JSON.stringify({ chart: CHART, cases })),
    );
    return answers.map(({ files = {}, error }) =>
      error === undefined
        ? {
            objects: Object.entries(files)
              .filter(([name]) => name.endsWith('.yaml'))
              .flatMap(([, text]) => objectsIn(text)),
          }
        : { error },
    );
  };
}

/** As Helm, kubectl and the API server read it: 0440 is a mode, in octal. */
export const YAML_VERSION = '1.1';

/** The objects of a stream of YAML documents. Throws for what is no YAML, and for keys that are there twice. */
export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text, { version: YAML_VERSION }).flatMap((document) => {
    if (document.errors[0] !== undefined) throw new Error(`${document.errors[0].message}\n${text}`);
    const object: KubernetesObject | null = document.toJS();
    return object === null ? [] : [object];
  });
}

/** Built once for each state of its source. */
async function build(): Promise<string | undefined> {
  const source = join(import.meta.dirname, 'render', 'main.go');
  const digest = createHash('sha256')
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16);
  const program = join(CACHE, `prunella-render-${digest}`);
  await mkdir(CACHE, { recursive: true });
  if (
    await access(program).then(
      () => true,
      () => false,
    )
  )
    return program;
  const mine = `${program}.${process.pid}`;
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' };
  if (!(await works('go', ['build', '-o', mine, source], env))) return undefined;
  await rename(mine, program);
  return program;
}

function works(program: string, args: string[], env = process.env): Promise<boolean> {
  return run(program, args, { env }).then(
    () => true,
    () => false,
  );
}

function piped(program: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child
      .on('error', reject)
      .on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${program} ended with ${code}`))));
    child.stdin.end(input);
  });
}
