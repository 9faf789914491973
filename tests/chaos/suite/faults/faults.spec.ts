import { readdirSync, readFileSync } from 'node:fs';
import { faultKinds, kindsOf } from './index.ts';

const NOT_FAULTS = ['fault.ts', 'index.ts', 'faults.spec.ts'];

it('has a file for each kind of fault, of its name, and each file in its list', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => !NOT_FAULTS.includes(name));
  expect(faultKinds.map(({ kind }) => `${kind}.ts`).sort()).toEqual(files.sort());
});

it('tells of each in the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(faultKinds.filter(({ kind }) => !readme.includes(`| \`${kind}\``)).map(({ kind }) => kind)).toEqual([]);
});

describe('kindsOf', () => {
  it('gives those that are named, and all when none is', () => {
    expect(kindsOf('webhooks, kill-nats').map(({ kind }) => kind)).toEqual(['webhooks', 'kill-nats']);
    expect(kindsOf('')).toEqual(faultKinds);
  });

  it('says which there are when one is spelled wrongly', () => {
    expect(() => kindsOf('kill-nats,kil-service')).toThrow(/expected some of .*kill-service.*, found "kil-service"/);
  });
});
