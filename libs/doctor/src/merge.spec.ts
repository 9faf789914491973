import { bad, type Finding, note, ok } from '@prunella/core';
import { diagnosis } from './merge.ts';
import type { ServiceReport, Setting } from './report.ts';

function report(service: string, findings: Finding[] = [], more: Partial<ServiceReport> = {}): ServiceReport {
  return {
    ...{ service, instance: `${service}-1`, host: 'pod', version: '1.0.0', node: '24.0.0', memoryBytes: 1 },
    ...{ startedAt: '2026-11-28T10:00:00.000Z', examinedAt: '2026-11-28T11:00:00.000Z', settings: [], findings },
    ...more,
  };
}

const all = (findings: Finding[] = []) =>
  ['auditor', 'detector', 'diagnoser', 'remediator'].map((name) => report(name, findings));

const said = ({ findings }: ReturnType<typeof diagnosis>) =>
  findings.map(({ name, state, services }) => `${state} ${name} (${services.join(' ')})`);

it('tells once what all say, and who says it', () => {
  expect(said(diagnosis(all([ok('NATS', 'version 2')]), []))).toEqual([
    'ok NATS (detector diagnoser remediator auditor)',
  ]);
});

it('puts what must be mended first, and counts it for who found it', () => {
  const reports = [...all(), report('playground', [ok('a', 'x'), note('b', 'x', 'y'), bad('c', 'x', 'y')])];
  const { findings, services } = diagnosis(reports, []);
  expect(findings.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  expect(services.at(-1)).toMatchObject({ name: 'playground', bad: 1, notes: 1 });
  expect(services[0]).toMatchObject({ name: 'detector', bad: 0, notes: 0 });
});

const setting = (value: string): Setting => ({ name: 'LOG_LEVEL', state: 'set', value, about: '' });

it.each`
  what                         | reports                                                                                                                                                                          | silent         | finding
  ${'one is missing'}          | ${all().slice(1)}                                                                                                                                                                | ${[]}          | ${'bad service (auditor)'}
  ${'one does not say'}        | ${all().slice(1)}                                                                                                                                                                | ${['auditor']} | ${'bad service (auditor)'}
  ${'one of two does not say'} | ${all()}                                                                                                                                                                         | ${['auditor']} | ${'note service (auditor)'}
  ${'an update hangs'}         | ${[...all(), report('detector', [], { instance: '2', version: '1.1.0' })]}                                                                                                       | ${[]}          | ${'note version (detector)'}
  ${'they are set otherwise'}  | ${[...all().filter(({ service }) => service !== 'detector'), report('detector', [], { settings: [setting('info')] }), report('detector', [], { settings: [setting('debug')] })]} | ${[]}          | ${'note settings (detector)'}
`('where $what: $finding', ({ reports, silent, finding }) => {
  expect(said(diagnosis(reports as ServiceReport[], silent as string[]))).toEqual([finding]);
});

it('shows the replica that started last first', () => {
  const older = report('detector', [], { instance: 'old', startedAt: '2026-11-27T10:00:00.000Z' });
  const { services } = diagnosis([older, ...all()], []);
  expect(services[0]?.replicas.map(({ instance }) => instance)).toEqual(['detector-1', 'old']);
});
