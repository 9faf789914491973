import type { FoundReport } from '@prunella/core';
import { type FakeBuild, FakeJenkins, jenkinsRun } from '@prunella/testing';
import { jenkins } from './index.ts';

let fake: FakeJenkins;

beforeAll(async () => {
  fake = await FakeJenkins.start();
});

afterEach(() => expect(fake.violations).toEqual([]));

afterAll(() => fake.stop());

const one = (name: string, status: string, changes: object = {}) => ({
  ...{ className: 'acme.Cart', name, status, duration: 0.25, errorDetails: null, stdout: 'not asked for' },
  ...changes,
});
const tests = [
  { name: 'cart', enclosingBlockNames: ['linux', 'Test'], cases: [one('adds', 'PASSED'), one('moves', 'FIXED')] },
  { name: 'cart', enclosingBlockNames: ['macos', 'Test'], cases: [one('adds', 'REGRESSION', { errorDetails: 'no' })] },
  { name: 'more', enclosingBlockNames: ['linux', 'Test'], cases: [one('ships', 'SKIPPED'), one('odd', 'ODD')] },
  { name: 'bare', cases: [one('alone', 'FAILED')] },
];

async function read(build: FakeBuild): Promise<FoundReport[]> {
  const { url: JENKINS_URL, user: JENKINS_USER, token: JENKINS_TOKEN } = fake;
  const reader = jenkins({ JENKINS_URL, JENKINS_USER, JENKINS_TOKEN })?.reader;
  const options = { isReport: () => false, signal: new AbortController().signal };
  const found: FoundReport[] = [];
  for await (const each of reader?.testReports?.(jenkinsRun(build), options) ?? []) found.push(each);
  return found;
}

it('tells the tests of each stage, as Jenkins has read them', async () => {
  const found = await read(fake.addBuild('app', { tests }));
  const shown = found.map((each) => [
    each.from,
    'tests' in each &&
      each.tests.map(({ suite, name, status, message }) => `${suite} ${name} ${status} ${message}`.trim()),
  ]);
  expect(shown).toEqual([
    ['Test › linux', ['cart adds passed', 'cart moves passed', 'more ships skipped']],
    ['Test › macos', ['cart adds failed no']],
    ['', ['bare alone failed']],
  ]);
  const [first] = found.flatMap((each) => ('tests' in each ? each.tests : []));
  expect(first).toMatchObject({ classname: 'acme.Cart', durationMs: 250 });
});

it('tells nothing of a build without tests', async () => {
  expect(await read(fake.addBuild('app'))).toEqual([]);
});

it('says so where Jenkins says no, and may try again when it is away', async () => {
  const build = fake.addBuild('app', { tests });
  fake.fault({ on: /testReport/, answer: { status: 403, text: 'no' } });
  expect(await read(build)).toMatchObject([{ problem: 'forbidden' }]);
  for (let time = 0; time < 3; time++) fake.fault({ on: /testReport/, answer: { status: 503, text: '' } });
  await expect(read(build)).rejects.toMatchObject({ problem: 'unavailable' });
});
