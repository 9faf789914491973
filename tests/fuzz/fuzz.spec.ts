import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doors, outdated } from './doors.ts';
import type { Found, Result } from './run/plan.ts';
import { loadTargets, targetFiles } from './targets/index.ts';

/** The same inputs each time. To look for others: FUZZ_SEED=7 npm run jest -- tests/fuzz */
const SEED = process.env['FUZZ_SEED'] ?? '1';
const CASES = '30';
/** Under twenty seconds on an idle machine. */
const LONGEST_MS = 280_000;

interface Told {
  results: { target: string; result: Result }[];
  found: Found[];
}

const folder = mkdtempSync(join(tmpdir(), 'prunella-fuzz-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As `npm run fuzz` does. What it told, and the code it ended with. */
async function fuzz(name: string, ...args: string[]): Promise<Told & { code: number; said: string }> {
  const json = join(folder, `${name}.json`);
  const all = [
    '--import',
    './run/built.ts',
    'main.ts',
    '--seed',
    SEED,
    '--blind',
    '--out',
    join(folder, name),
    '--json',
    json,
    ...args,
  ];
  const ended = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile(process.execPath, all, { cwd: import.meta.dirname, timeout: LONGEST_MS }, (error, said, errors) =>
      resolve({ code: Number(error?.code ?? 0), said: said + errors }),
    );
  });
  return { ...ended, ...(JSON.parse(readFileSync(json, 'utf8')) as Told) };
}

const targets = await loadTargets();

describe('targets', () => {
  it('has every file in its list', () => {
    const files = readdirSync(join(import.meta.dirname, 'targets')).map((file) => file.replace(/\.ts$/, ''));
    expect([...targetFiles, 'index'].sort()).toEqual(files.sort());
  });

  it('are called after their files, each in its own way', () => {
    const names = targets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect([...new Set(names.map((name) => name.split('/', 1)[0]))].sort()).toEqual([...targetFiles].sort());
  });

  it('cover every way in', () => {
    const covered = new Set(targets.flatMap((target) => target.doors));
    expect(doors().filter((door) => !covered.has(door))).toEqual([]);
    const known = new Set(doors());
    const gone = [...covered].filter((door) => /^(?:event|webhook|found|decoder):/.test(door) && !known.has(door));
    expect([...gone, ...outdated()]).toEqual([]);
  });

  it('have seeds', () => {
    for (const { name, seeds } of targets) expect([name, seeds().length > 0]).toEqual([name, true]);
  });
});

it(`no input of the seed ${SEED} makes a reader fail, hang or eat memory`, async () => {
  // Bombs take minutes of processor time: those that found something have specs of their own where they were mended, and `npm run fuzz` tries all.
  const { code, said, results, found } = await fuzz('all', '--cases', CASES, '--no-bombs');
  expect(found.map(({ target, fault }) => `${target}: ${fault.says}`)).toEqual([]);
  expect([code, said]).toEqual([0, expect.stringContaining(`seed ${SEED}, ${targets.length} targets`)]);
  expect(results.map(({ target }) => target).sort()).toEqual(targets.map(({ name }) => name).sort());
  // What is refused at once tries nothing behind it.
  for (const { target, result } of results) expect([target, result.read > 0]).toEqual([target, true]);
}, 300_000);

it('new parts of functions that already ran while the code was loaded lead on', async () => {
  const { results } = await fuzz(
    'guided',
    ...['--no-blind', '--no-bombs', '--cases', '300', '--target', 'events/breaker.closed'],
  );
  // Its seeds are read while it is loaded. Where they are not counted, a dozen inputs are kept.
  expect(results.map(({ target, result }) => [target, result.kept > 25])).toEqual([['events/breaker.closed', true]]);
}, 60_000);

describe('what must not happen is found, with an input that shows it again', () => {
  it.each`
    wrong       | kind        | says
    ${'throws'} | ${'thrown'} | ${/TypeError/}
    ${'breaks'} | ${'thrown'} | ${/BrokenContract: expected no b/}
    ${'hangs'}  | ${'hang'}   | ${/of processor time/}
    ${'grows'}  | ${'memory'} | ${/heap/}
    ${'exits'}  | ${'thrown'} | ${/it ended the process/}
  `(
    '$wrong',
    async ({ wrong, kind, says }) => {
      const { code, found } = await fuzz(wrong, '--cases', '300', '--target', `planted/${wrong}`);
      expect(code).toBe(1);
      expect(found).toMatchObject([{ target: `planted/${wrong}`, fault: { kind, says: expect.stringMatching(says) } }]);
      const bytes = Buffer.from(found[0]?.base64 ?? '', 'base64');
      expect(bytes.includes('b')).toBe(true);
      // What is thrown is made smaller, too.
      if (kind === 'thrown' && wrong !== 'exits') expect(bytes.toString()).toBe('b');
      const [file = ''] = readdirSync(join(folder, wrong));
      expect(readFileSync(join(folder, wrong, file))).toEqual(bytes);
    },
    60_000,
  );
});
