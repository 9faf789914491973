import fc from 'fast-check';
import { readJson, readMessage, writeMessage } from './envelope.ts';
import { SUBJECTS, type Subject } from './events.ts';
import { parseData, serializeData } from './parse.ts';
import { ContractViolation } from './violation.ts';

const TRANSPORT = { id: 'PRUNELLA/1/1', source: 'nats' };
const RUNS = { numRuns: 500 };

/** What was thrown; undefined: nothing. */
function thrown(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function expectReadOrRefused(work: () => unknown): void {
  const error = thrown(work);
  if (error === undefined) return;
  expect(error).toBeInstanceOf(ContractViolation);
  expect((error as ContractViolation).message.length).toBeLessThan(1_000);
}

const subject = fc.constantFrom(...SUBJECTS);

/** Objects with the names that we know, and anything in them. */
const known = fc.dictionary(
  fc.constantFrom(
    ...['pipelineId', 'pipeline_id', 'run', 'attempt', 'kind', 'workload', 'conclusion', 'error', 'jobs', 'metrics'],
    ...[
      'incidentId',
      'startedAt',
      'cause',
      'action',
      'confidence',
      'evidence',
      'outcome',
      'decidedBy',
      'prior',
      'gaps',
    ],
    ...['specversion', 'type', 'id', 'source', 'data', 'data_base64', 'context', 'subject', '__proto__', 'toString'],
  ),
  fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('message', 'type', 'id', 'name', 'content'), fc.jsonValue())),
);

describe('anything at all', () => {
  it('as JSON is read or refused as a violation', () => {
    fc.assert(
      fc.property(subject, fc.oneof(fc.jsonValue({ maxDepth: 6 }), known), (on, json) =>
        expectReadOrRefused(() => readJson(on, JSON.parse(JSON.stringify(json)), TRANSPORT)),
      ),
      RUNS,
    );
  });

  it('as bytes is read or refused as a violation', () => {
    fc.assert(
      fc.property(subject, fc.uint8Array({ maxLength: 200 }), (on, bytes) =>
        expectReadOrRefused(() => readMessage(on, bytes, TRANSPORT)),
      ),
      RUNS,
    );
  });

  it('in one field of a good message is read or refused as a violation', () => {
    const good = {
      pipelineId: 'p',
      conclusion: 'failure',
      error: { message: 'm' },
      jobs: [{ name: 'j' }],
      workload: { name: 'w' },
    };
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(good)), fc.jsonValue(), (field, value) =>
        expectReadOrRefused(() => parseData('pipeline.finished', { ...good, [field]: value })),
      ),
      RUNS,
    );
  });

  it.each(SUBJECTS)('deeply nested on %s is refused, not overflowing', (on) => {
    const deep = `${'{"data":'.repeat(5_000)}{}${'}'.repeat(5_000)}`;
    expectReadOrRefused(() => readMessage(on, new TextEncoder().encode(deep), TRANSPORT));
  });

  it.each([[new Uint8Array()], [new Uint8Array([0xff, 0xfe])], [new TextEncoder().encode('x'.repeat(10_000_000))]])(
    'that is no JSON is a violation of the whole message with a short text',
    (bytes) => {
      const error = thrown(() => readMessage('pipeline.failed', bytes, TRANSPORT));
      expect(error).toBeInstanceOf(ContractViolation);
      expect(error).toMatchObject({ field: '', expected: 'JSON' });
      expect(String(error).length).toBeLessThan(300);
    },
  );
});

describe('what is read', () => {
  const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
  const finished = fc.record(
    {
      pipelineId: text,
      repository: text,
      runId: text,
      attempt: fc.integer({ min: 1, max: 100_000 }),
      conclusion: fc.constantFrom('success', 'failure', 'cancelled', 'timed_out'),
      startedAt: fc
        .date({ min: new Date('1970-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      error: fc.record({ message: text, type: text }),
      metrics: fc.dictionary(text, fc.double({ noNaN: true, noDefaultInfinity: true })),
    },
    { requiredKeys: ['pipelineId', 'conclusion'] },
  );

  it('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(finished, (json) => {
        const data = parseData('pipeline.finished', json);
        expect(parseData('pipeline.finished', serializeData('pipeline.finished', data))).toEqual(data);
      }),
    );
  });

  it('has every field that has a default', () => {
    expect(parseData('pipeline.failed', { pipeline_id: '42', error: { message: 'Connection timed out' } })).toEqual({
      pipelineId: '42',
      platform: '',
      repository: '',
      runId: '',
      attempt: 0,
      headSha: '',
      branch: '',
      environment: '',
      url: '',
      name: '',
      kind: 'kind_unspecified',
      incidentId: '',
      conclusion: 'conclusion_unspecified',
      error: { message: 'Connection timed out', type: '', stack: '' },
      jobs: [],
      metrics: {},
      finishedEventId: '',
    });
  });

  it('can be written again as a CloudEvent that is read as it was', () => {
    const envelope = readJson('pipeline.finished', { pipelineId: 'p', conclusion: 'success' }, TRANSPORT);
    expect(
      readMessage('pipeline.finished', writeMessage({ ...envelope, time: '2026-01-01T00:00:00Z' }), {
        id: 'x',
        source: 'y',
      }),
    ).toEqual({
      ...envelope,
      time: '2026-01-01T00:00:00Z',
    });
  });
});

describe('the limits of the contract', () => {
  const smallest: { [_ in Subject]?: Record<string, unknown> } = {
    'pipeline.failed': { pipelineId: 'p' },
    'confidence.updated': { decidedBy: 'rule:a', action: 'retry' },
  };

  it.each`
    on                      | field            | value              | fits
    ${'pipeline.failed'}    | ${'pipelineId'}  | ${'p'.repeat(512)} | ${true}
    ${'pipeline.failed'}    | ${'pipelineId'}  | ${'p'.repeat(513)} | ${false}
    ${'pipeline.failed'}    | ${'attempt'}     | ${0}               | ${true}
    ${'pipeline.failed'}    | ${'attempt'}     | ${100_000}         | ${true}
    ${'pipeline.failed'}    | ${'attempt'}     | ${100_001}         | ${false}
    ${'confidence.updated'} | ${'mean'}        | ${1}               | ${true}
    ${'confidence.updated'} | ${'mean'}        | ${1.001}           | ${false}
    ${'confidence.updated'} | ${'mean'}        | ${-0.1}            | ${false}
    ${'confidence.updated'} | ${'mean'}        | ${'NaN'}           | ${false}
    ${'confidence.updated'} | ${'priorWeight'} | ${-1}              | ${false}
  `(
    '$field of $on: fits is $fits',
    ({ on, field, value, fits }: { on: Subject; field: string; value: unknown; fits: boolean }) => {
      const error = thrown(() => parseData(on, { ...smallest[on], [field]: value }));
      if (fits) expect(error).toBeUndefined();
      else expect(error).toMatchObject({ name: 'ContractViolation', field });
    },
  );

  it.each`
    parameters                             | field
    ${'{"factor":1e400}'}                  | ${'action.parameters.factor'}
    ${'{"all":[1,{"of":-1e400}]}'}         | ${'action.parameters.all[1].of'}
    ${'{"factor":1e308,"all":[null,"1"]}'} | ${undefined}
  `('parameters $parameters: $field is refused', ({ parameters, field }: { parameters: string; field?: string }) => {
    const action = { type: 'retry', parameters: JSON.parse(parameters) as unknown };
    const event = { incidentId: 'i', run: { pipelineId: 'p' }, action, status: 'executed' };
    const error = thrown(() => parseData('action.executed', event));
    if (field === undefined) expect(error).toBeUndefined();
    else expect(error).toMatchObject({ name: 'ContractViolation', field });
  });
});
