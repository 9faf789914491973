import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const scripts = join(import.meta.dirname, '..', '..', 'scripts');
let root: string;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** Runs one of our scripts in a small tree of its own, where npm and nx only write down that they were called. */
function script(name: string, ...options: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', name), ...options], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], npm_execpath: join(root, 'tools', 'npm.cjs') },
  });
  return { code: status, output: stdout + stderr };
}

async function calls(): Promise<string[]> {
  const text = await readFile(join(root, 'calls'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}

const recording = (tool: string, then = ''): string =>
  `require('node:fs').appendFileSync(${JSON.stringify(join(root, 'calls'))}, '${tool} ' + process.argv.slice(2).join(' ') + '\\n');${then}`;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prunella-scripts-'));
  await cp(scripts, join(root, 'scripts'), { recursive: true });
  await write('package.json', '{"private":true}');
  await write('package-lock.json', '{"lockfileVersion":3}');
  await write('libs/one/package.json', '{"name":"one","nx":{"targets":{"build":{}}}}');
  await write('libs/one/src/index.ts', 'export {};');
  await write('libs/contracts/src/gen/some.ts', 'export {};');
  await write('services/two/package.json', '{"name":"two"}');
  await write('tools/npm.cjs', recording('npm'));
  await write('node_modules/nx/package.json', '{"bin":{"nx":"./nx.cjs"}}');
  await write(
    'node_modules/nx/nx.cjs',
    recording('nx', "require('node:fs').mkdirSync('libs/one/dist', { recursive: true });"),
  );
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('ensure-installed', () => {
  it('installs once, and again when the lock or a manifest has changed', async () => {
    expect(script('ensure-installed.mjs')).toMatchObject({ code: 0, output: expect.stringContaining('Installing') });
    expect(await calls()).toEqual(['npm install --no-audit --no-fund --loglevel=error']);
    expect(script('ensure-installed.mjs')).toEqual({ code: 0, output: '' });
    await write('package-lock.json', '{"lockfileVersion":3,"packages":{}}');
    script('ensure-installed.mjs');
    await write('services/two/package.json', '{"name":"two","dependencies":{}}');
    script('ensure-installed.mjs');
    expect(await calls()).toHaveLength(3);
    expect(script('ensure-installed.mjs')).toEqual({ code: 0, output: '' });
  });

  it('counts the lock that npm has brought up to date as installed', async () => {
    await write(
      'tools/npm.cjs',
      recording('npm', `require('node:fs').writeFileSync('package-lock.json', '{"new":1}');`),
    );
    script('ensure-installed.mjs');
    script('ensure-installed.mjs');
    expect(await calls()).toHaveLength(1);
  });

  it('says what npm said and what to do when it fails, and tries again the next time', async () => {
    await write('tools/npm.cjs', recording('npm', "console.error('ENOTFOUND registry'); process.exit(7);"));
    const { code, output } = script('ensure-installed.mjs');
    expect(code).toBe(1);
    expect(output).toContain('ENOTFOUND registry');
    expect(output).toContain('npm config get registry');
    script('ensure-installed.mjs');
    expect(await calls()).toHaveLength(2);
  });
});

describe('build', () => {
  it('builds once, and again when a source has changed or something built is gone', async () => {
    expect(script('build.mjs')).toMatchObject({ code: 0, output: expect.stringContaining('Built in') });
    expect(script('build.mjs')).toEqual({ code: 0, output: '' });
    expect(await calls()).toHaveLength(1);
    await write('libs/one/src/index.ts', 'export const changed = 1;');
    script('build.mjs');
    expect(await calls()).toHaveLength(2);
    await rm(join(root, 'libs/one/dist'), { recursive: true });
    script('build.mjs');
    expect(await calls()).toHaveLength(3);
    await write('libs/one/src/index.spec.ts', 'export {};');
    expect(script('build.mjs')).toEqual({ code: 0, output: '' });
  });

  it('asks the build tool in any case where that is wanted, and knows then that all is built', async () => {
    expect(script('build.mjs', '--always').code).toBe(0);
    expect(script('build.mjs')).toEqual({ code: 0, output: '' });
    expect(script('build.mjs', '--always').code).toBe(0);
    expect(await calls()).toHaveLength(2);
  });

  it('does not take a part for all', async () => {
    expect(script('build.mjs', '--always', '--projects=one').code).toBe(0);
    expect((await calls())[0]).toContain('--projects=one');
    script('build.mjs');
    expect(await calls()).toHaveLength(2);
  });

  it('prints the errors in full, and builds again the next time', async () => {
    await write('node_modules/nx/nx.cjs', recording('nx', "console.log('src/x.ts(1,1): error TS1'); process.exit(1);"));
    const { code, output } = script('build.mjs');
    expect(code).toBe(1);
    expect(output).toContain('src/x.ts(1,1): error TS1');
    script('build.mjs');
    expect(await calls()).toHaveLength(2);
  });
});
