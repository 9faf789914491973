import { ContractViolation } from '@prunella/contracts';
import { ProblemException } from '@prunella/service-kit';
import fc from 'fast-check';
import type { Heard } from '../source.ts';
import { cdevents } from './index.ts';

type Json = Record<string, unknown>;

function event(type: string, subject: Json = {}, context: Json = {}): Json {
  return {
    context: {
      ...{ version: '0.4.1', id: 'e-1', source: '/tekton/ci', type: `dev.cdevents.${type}` },
      ...{ timestamp: '2026-03-01T10:04:31Z', ...context },
    },
    subject: { id: 'run-17', source: '/tekton/ci', content: {}, ...subject },
  };
}
const failed = event('pipelinerun.finished.0.2.0', {
  content: { pipelineName: 'nightly', outcome: 'failure', errors: 'i/o timeout', uri: 'https://ci.example/17' },
});
const structured = (data: unknown, more: Json = {}): Json => ({
  ...{ specversion: '1.0', id: 'ce-1', source: '/tekton', type: 'dev.cdevents.pipelinerun.finished.0.2.0', data },
  ...more,
});

function read(body: unknown, type = 'application/json'): Heard {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return cdevents.read({ headers: { 'content-type': type }, query: new URLSearchParams(), body: bytes }, () => 'fresh');
}

function reports(body: unknown, type?: string) {
  const heard = read(body, type);
  if (heard.kind !== 'reports') throw new Error(`expected reports, found ${heard.reason}`);
  return heard.reports;
}

const expected = {
  subject: 'pipeline.finished',
  ...{ id: 'e-1', source: 'webhook/cdevents/tekton/ci', time: '2026-03-01T10:04:31Z' },
  data: expect.objectContaining({
    ...{ pipelineId: 'nightly', runId: 'run-17', kind: 'run', conclusion: 'failure', platform: 'generic' },
    error: { message: 'i/o timeout', type: '', stack: '' },
  }),
};

it.each([
  ['https://github.com/acme/shop', 'webhook/cdevents/https://github.com/acme/shop'],
  ['/', 'webhook/cdevents'],
  ['', 'webhook/cdevents'],
  [undefined, 'webhook/cdevents'],
])('whoever calls itself %s takes no id of events of others', (source, told) => {
  expect(reports(event('pipelinerun.started.0.2.0', {}, { source }))).toMatchObject([{ source: told }]);
});

describe('a run that failed', () => {
  it.each`
    how                    | body                                                                                              | type
    ${'bare'}              | ${failed}                                                                                         | ${'application/json'}
    ${'in binary mode'}    | ${failed}                                                                                         | ${'application/json'}
    ${'structured'}        | ${structured(failed)}                                                                             | ${'application/cloudevents+json'}
    ${'in base64'}         | ${structured(undefined, { data_base64: Buffer.from(JSON.stringify(failed)).toString('base64') })} | ${'application/cloudevents+json'}
    ${'in a batch'}        | ${[failed]}                                                                                       | ${'application/cloudevents-batch+json; charset=utf-8'}
    ${'in a batch, whole'} | ${[structured(failed)]}                                                                           | ${'application/cloudevents-batch+json'}
  `('is the same $how', ({ body, type }) => {
    expect(reports(body, type)).toEqual([expected]);
  });

  it('tells of itself in a batch with what is not for us', () => {
    const told = reports(
      [event('change.merged.0.2.0'), failed, event('taskrun.started.0.2.0')],
      'application/cloudevents-batch+json',
    );
    expect(told.map(({ subject }) => subject)).toEqual(['pipeline.finished', 'pipeline.started']);
  });

  it('without an id is a new one each time', () => {
    expect(reports(event('pipelinerun.started.0.2.0', {}, { id: '' }))[0].id).toBe('fresh');
  });
});

it.each(['deployed.0.1.0', 'upgraded.0.2.0', 'rolledback.0.3.0'])('a service that was %s is a deployment', (what) => {
  const content = { environment: { id: 'production' }, artifactId: 'pkg:oci/app@sha256%3A0b31' };
  expect(reports(event(`service.${what}`, { id: 'shop', content }))).toEqual([
    expect.objectContaining({
      subject: 'pipeline.finished',
      data: expect.objectContaining({
        ...{ pipelineId: 'service/production/shop', environment: 'production', kind: 'deployment' },
        ...{ conclusion: 'success', finishedAt: '2026-03-01T10:04:31Z', runId: 'service/e-1' },
      }),
    }),
  ]);
});

it.each(['change.merged.0.2.0', 'build.finished.0.2.0', 'service.removed.0.2.0', 'pipelinerun.exploded.0.2.0', 'x'])(
  '%s is passed over with a reason',
  (type) => {
    expect(read(event(type))).toEqual({ kind: 'ignored', reason: expect.stringContaining(type) });
  },
);

describe('a body that is broken', () => {
  function refusal(body: unknown, type?: string): string {
    try {
      return read(body, type).kind;
    } catch (error) {
      if (error instanceof ProblemException && error.problem.status === 400) return error.problem.field ?? '';
      if (error instanceof ContractViolation) return error.field;
      throw error;
    }
  }

  const batch = 'application/cloudevents-batch+json';
  const deep = `${'['.repeat(9_000)}${']'.repeat(9_000)}`;
  it.each`
    body                                                                      | type         | field
    ${''}                                                                     | ${undefined} | ${'body'}
    ${'not json'}                                                             | ${undefined} | ${'body'}
    ${[]}                                                                     | ${undefined} | ${'body'}
    ${{}}                                                                     | ${undefined} | ${'body'}
    ${structured({})}                                                         | ${undefined} | ${'body.data'}
    ${structured(undefined, { data_base64: '!' })}                            | ${undefined} | ${'body.data_base64'}
    ${structured(undefined, { data_base64: btoa(deep) })}                     | ${undefined} | ${'body.data_base64'}
    ${deep}                                                                   | ${undefined} | ${'body'}
    ${deep}                                                                   | ${batch}     | ${'body'}
    ${{}}                                                                     | ${batch}     | ${'body'}
    ${[failed, {}]}                                                           | ${batch}     | ${'body.1'}
    ${Array(101).fill(failed)}                                                | ${batch}     | ${'body'}
    ${event('pipelinerun.finished.0.2.0', { id: '' })}                        | ${undefined} | ${'subject.id'}
    ${event('pipelinerun.finished.0.2.0', { content: { outcome: 'maybe' } })} | ${undefined} | ${'subject.content.outcome'}
  `('is refused by $field', ({ body, type, field }) => {
    expect(refusal(body, type)).toBe(field);
  });

  it('in any field is refused or no matter, and never anything else', () => {
    const fields = [
      ...['context.id', 'context.source', 'context.type', 'context.timestamp', 'subject.id', 'subject.content'],
      ...['subject.content.pipelineName', 'subject.content.outcome', 'subject.content.errors', 'subject.content.uri'],
    ];
    const value = fc.oneof(fc.jsonValue(), fc.string({ minLength: 66_000, maxLength: 66_000 }));
    fc.assert(
      fc.property(fc.constantFrom(...fields), value, (field, wrong) => {
        const body = structuredClone(failed);
        const keys = field.split('.');
        const parent = keys.slice(0, -1).reduce((at, key) => at[key] as Json, body);
        parent[keys.at(-1) as string] = wrong;
        expect(typeof refusal(body)).toBe('string');
      }),
      { numRuns: 300 },
    );
  });
});
