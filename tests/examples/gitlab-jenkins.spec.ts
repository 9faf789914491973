import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** What can be known of them without GitLab and Jenkins: by GitLab's published schema and its rules (gitlab-ci-local), and by a parser of Groovy. */

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const GITLAB_CI_LOCAL = require.resolve('gitlab-ci-local');

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-gitlab-'));
  await copyFile(join(EXAMPLES, 'gitlab', '.gitlab-ci.yml'), join(directory, '.gitlab-ci.yml'));
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@acme.example', ...args], { cwd: directory });
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', 'git@git.example:acme/shop.git');
  await git('commit', '--quiet', '--allow-empty', '--message=x');
}, 60_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

interface GitLabJob {
  name: string;
  when: string;
}

/** The jobs of a pipeline with these variables that run. Throws where GitLab's schema refuses the file. */
async function jobsWith(variables: Record<string, string>, file = '.gitlab-ci.yml'): Promise<string[]> {
  const given = Object.entries(variables).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
  const args = [
    GITLAB_CI_LOCAL,
    '--list-json',
    '--file',
    file,
    '--ignore-predefined-vars',
    Object.keys(variables).join(','),
    ...given,
  ];
  const { stdout } = await run(process.execPath, args, { cwd: directory, env: { PATH: process.env['PATH'] ?? '' } });
  const jobs = JSON.parse(stdout) as GitLabJob[];
  return jobs.filter(({ when }) => when !== 'never').map(({ name }) => name);
}

describe('.gitlab-ci.yml', () => {
  it.each`
    what                    | variables                                                       | deploys
    ${'the default branch'} | ${{ CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main' }}      | ${true}
    ${'another branch'}     | ${{ CI_COMMIT_BRANCH: 'feature/x', CI_DEFAULT_BRANCH: 'main' }} | ${false}
  `(
    'on $what deploys: $deploys',
    async ({ variables, deploys }) => {
      const jobs = await jobsWith(variables);
      const deployment = ['push-image', 'deploy'];
      expect(jobs).toEqual(['preflight', 'size', 'build', 'test', ...(deploys ? deployment : [])]);
    },
    60_000,
  );

  it('is refused when a word is wrong', async () => {
    const text = await readFile(join(directory, '.gitlab-ci.yml'), 'utf8');
    await writeFile(
      join(directory, 'wrong.yml'),
      text.replace('resource_group: production', 'resource_groop: production'),
    );
    await expect(jobsWith({}, 'wrong.yml')).rejects.toThrow(/resource_groop/);
  }, 60_000);
});

describe('Jenkinsfile', () => {
  let parser: Parser;

  beforeAll(async () => {
    await Parser.init();
    parser = new Parser();
    parser.setLanguage(await Language.load(require.resolve('tree-sitter-groovy/tree-sitter-groovy.wasm')));
  });

  async function pipeline(change = (text: string) => text): Promise<Node> {
    const tree = parser.parse(change(await readFile(join(EXAMPLES, 'jenkins', 'Jenkinsfile'), 'utf8')));
    if (tree === null || tree.rootNode.hasError) throw new Error('it is no Groovy');
    return tree.rootNode;
  }

  /** The blocks in a block, by the names that stand before them. */
  function blocksIn(node: Node): [name: string, block: Node][] {
    return node.descendantsOfType('method_invocation').flatMap((call) => {
      const body = call?.childForFieldName('body');
      if (!call || !body || enclosing(call) !== node.id) return [];
      return [[call.childForFieldName('name')?.text ?? '', body] as [string, Node]];
    });
  }

  /** The block that a call stands in. */
  function enclosing(node: Node): number {
    let at = node.parent;
    while (at !== null && at.type !== 'closure' && at.parent !== null) at = at.parent;
    return at?.id ?? -1;
  }

  it('is Groovy, and says so when it is not', async () => {
    await pipeline();
    await expect(pipeline((text) => text.replace('steps {', 'steps'))).rejects.toThrow('no Groovy');
  });

  it('has the sections of a declarative pipeline, in each stage steps, and no retry', async () => {
    const root = await pipeline();
    const [[name, body] = fail()] = blocksIn(root);
    expect(name).toBe('pipeline');
    const sections = blocksIn(body);
    expect(sections.map(([section]) => section)).toEqual(['options', 'parameters', 'environment', 'stages']);
    expect(body.text).toMatch(/^\{\s*agent any/);
    const stages = blocksIn(sections.find(([section]) => section === 'stages')?.[1] ?? fail());
    expect(stages).toHaveLength(6);
    for (const [section, stage] of stages) {
      expect(section).toBe('stage');
      const names = blocksIn(stage).map(([part]) => part);
      expect(names).toContain('steps');
      expect(['when', 'environment', 'steps', 'post']).toEqual(expect.arrayContaining(names));
    }
    expect(root.descendantsOfType('identifier').map((one) => one?.text)).not.toContain('retry');
  });
});

function fail(): never {
  throw new Error('expected a block');
}
