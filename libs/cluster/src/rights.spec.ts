import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeKubernetes } from '@prunella/testing';
import { examineRights, healingRights, watchRights } from './rights.ts';

let fake: FakeKubernetes;
let directory: string;
let file: string;

beforeEach(async () => {
  fake = await FakeKubernetes.start();
  directory = await mkdtemp(join(tmpdir(), 'prunella-rights-'));
  file = join(directory, 'config');
  await writeFile(file, fake.kubeconfig);
});

afterEach(async () => {
  await fake.stop();
  await rm(directory, { recursive: true, force: true });
  expect(fake.violations).toEqual([]);
});

const examine = (rights = healingRights([])) => examineRights({ KUBECONFIG: file }, rights, 'to heal');

it('an account with all of them', async () => {
  expect(await examine()).toEqual([{ name: 'Kubernetes', state: 'ok', found: 'the account has the rights to heal' }]);
});

it.each`
  denied                        | states            | says
  ${/^patch apps\/deployments/} | ${['bad']}        | ${'patch apps/deployments'}
  ${/^list nodes/}              | ${['bad']}        | ${'list nodes'}
  ${/rollouts/}                 | ${['ok', 'note']} | ${'get+patch argoproj.io/rollouts, patch argoproj.io/rollouts/status'}
`('without $denied: $says', async ({ denied, states, says }) => {
  fake.deny(denied as RegExp);
  const findings = await examine();
  expect(findings.map(({ state }) => state)).toEqual(states);
  expect(findings.at(-1)).toMatchObject({ found: expect.stringContaining(says), mend: expect.stringContaining(says) });
});

it('asks in each namespace that is watched', async () => {
  fake.deny(/^watch pods shop$/);
  const rights = watchRights([{ group: '', plural: 'pods' }], ['shop', 'web']);
  expect(rights).toHaveLength(4);
  expect(await examine(rights)).toMatchObject([{ state: 'bad', found: expect.stringContaining('watch pods in shop') }]);
});

it('says that a token ran out, and that a server is away', async () => {
  fake.rotateToken();
  expect(await examine()).toMatchObject([{ state: 'bad', mend: expect.stringContaining('KUBECONFIG') }]);
  await fake.stop();
  expect(await examine()).toMatchObject([{ state: 'bad', mend: expect.stringContaining('API server') }]);
});

it('has nothing to look at where no cluster is configured', async () => {
  expect(await examineRights({}, healingRights([]), 'to heal')).toEqual([]);
});
