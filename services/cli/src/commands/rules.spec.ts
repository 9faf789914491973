import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtinPacks } from '@prunella/rules';
import { runLine } from '../../test/command-line.ts';

const OWN = `rules:
  - id: our-mirror
    cause: network
    says: Our own package mirror did not answer.
    match: { log: ['mirror\\.example\\.com unreachable'] }
    transient: 0.9
    confidence: 0.95
    action: { type: retry, parameters: { attempts: 2 } }
    examples: { match: ['mirror.example.com unreachable'] }
`;

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-rules-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const rules = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => runLine(['rules', ...args], { env, cwd });

async function own(yaml: string, name = 'prunella-rules/own.yaml'): Promise<void> {
  await mkdir(join(cwd, name, '..'), { recursive: true });
  await writeFile(join(cwd, name), yaml);
}

describe('prunella rules lint', () => {
  it.each`
    change                                                     | says
    ${['confidence: 0.95', 'confidence: 1']}                   | ${/^problem: prunella-rules\/own\.yaml:7:17: rules\[0\]\.confidence \(rule our-mirror\): expected .* found 1/}
    ${["'mirror\\.example\\.com unreachable'", "'(?i)error'"]} | ${/problem: prunella-rules\/own\.yaml:5:\d+: .*green logs/}
  `('ends with 1 after $change, with the place', async ({ change, says }) => {
    const [from, to] = change as [string, string];
    await own(OWN.replace(from, to));
    const { code, out } = await rules(['lint', 'prunella-rules/own.yaml']);
    expect([code, out.join('\n')]).toEqual([1, expect.stringMatching(says as RegExp)]);
    expect(out.at(-1)).toMatch(/^1 pack: [1-9]/);
  });

  it('reads files from anywhere on top of the rules in use, and speaks of nothing else', async () => {
    const [{ id } = { id: '' }] = builtinPacks()[0]?.rules ?? [];
    await own(OWN.replace('our-mirror', id), 'drafts/mine.yml');
    await own(OWN.replaceAll('mirror', 'proxy').replace('confidence: 0.95', 'confidence: 1'));
    const { code, out } = await rules(['lint', 'drafts']);
    expect(code).toBe(0);
    expect(out).toEqual([
      expect.stringMatching(/^info: drafts\/mine\.yml:2:\d+: .*replaces the built-in/),
      expect.any(String),
    ]);
  });

  it.each`
    args             | env                               | says
    ${['gone.yaml']} | ${{}}                             | ${'gone.yaml'}
    ${['gti']}       | ${{}}                             | ${'did you mean the built-in pack git?'}
    ${[]}            | ${{ PRUNELLA_RULES_DIR: 'gone' }} | ${'PRUNELLA_RULES_DIR'}
  `('$args with $env ends with 1 and says $says', async ({ args, env, says }) => {
    const { code, err } = await rules(['lint', ...(args as string[])], env as NodeJS.ProcessEnv);
    expect([code, err.join('\n')]).toEqual([1, expect.stringContaining(says as string)]);
  });
});

describe('prunella rules test', () => {
  it('shows each example to all rules', async () => {
    await own(OWN);
    const passed = await rules(['test', '--verbose', 'prunella-rules']);
    expect(passed).toMatchObject({
      code: 0,
      out: [expect.stringContaining('own.yaml:9:'), '1 example of 1 rule: 0 failed'],
    });
    await own(OWN.replace("examples: { match: ['mirror", "examples: { match: ['no mirror here', 'mirror"));
    const failed = await rules(['test', 'prunella-rules/own.yaml']);
    expect(failed.code).toBe(1);
    expect(failed.out).toEqual([
      expect.stringMatching(/^failed: prunella-rules\/own\.yaml:9:\d+: .*expected our-mirror to match/),
      '2 examples of 1 rule: 1 failed',
    ]);
  });

  it('takes built-in packs by name', async () => {
    const { code, out } = await rules(['test', 'git']);
    expect([code, out]).toEqual([0, [expect.stringMatching(/^\d+ examples of \d+ rules: 0 failed$/)]]);
  });

  it('ends with 1 when a pack can not be read', async () => {
    await own('rules: 7');
    const { code, out } = await rules(['test', 'prunella-rules']);
    expect([code, out.at(-1)]).toEqual([1, '0 examples of 0 rules: 0 failed, 1 pack not read']);
  });
});

describe('prunella rules list', () => {
  it('lists what is in use, and what it replaces', async () => {
    const [pack] = builtinPacks();
    const [replaced] = pack?.rules ?? [];
    await own(OWN.replace('our-mirror', replaced?.id ?? ''), 'mine/own.yaml');
    const { code, out } = await rules(['list', '--json', '--cause', 'network'], { PRUNELLA_RULES_DIR: 'mine' });
    const listed = JSON.parse(out.join('\n')) as { id: string; cause: string; builtin: boolean }[];
    expect(code).toBe(0);
    expect(new Set(listed.map(({ cause }) => cause))).toEqual(new Set(['network']));
    expect(listed.filter(({ builtin }) => !builtin)).toEqual([
      {
        ...{ id: replaced?.id, cause: 'network', says: 'Our own package mirror did not answer.', action: 'retry' },
        ...{ confidence: 0.95, transient: 0.9, pack: 'mine/own.yaml', builtin: false, replaces: pack?.name },
      },
    ]);
    const table = (await rules(['list'], { PRUNELLA_RULES_DIR: 'mine' })).out.join('\n');
    expect(table).toMatch(new RegExp(`${replaced?.id} +network +retry +0\\.95 +mine/own\\.yaml +${pack?.name}`));
  });

  it('refuses what the diagnoser would refuse', async () => {
    await own(OWN.replace('retry', 'rerty'));
    const { code, err } = await rules(['list']);
    expect([code, err.join('\n')]).toEqual([1, expect.stringContaining('did you mean retry?')]);
    expect((await rules(['list', '--cause', 'gremlins'])).code).toBe(2);
  });
});
