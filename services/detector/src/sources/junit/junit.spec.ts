import { ProblemException } from '@prunella/service-kit';
import fc from 'fast-check';
import { junit } from './index.ts';

const XML =
  '<testsuite name="cart"><testcase name="total" time="0.1"><failure message="11"/></testcase><testcase name="adds"/></testsuite>';
const HEADERS = {
  ...{ 'prunella-pipeline': 'acme/shop/.github/workflows/ci.yml', 'prunella-platform': 'github' },
  ...{ 'prunella-repository': 'acme/shop', 'prunella-run': '42', 'prunella-attempt': '2', 'prunella-sha': 'c0ffee' },
  ...{ 'prunella-branch': 'gr%C3%B6%C3%9Fe', 'prunella-job': 'test' },
};

function read(headers: Record<string, string> = HEADERS, body = XML) {
  const delivery = { headers, query: new URLSearchParams(), body: Buffer.from(body) };
  const heard = junit.read(delivery, () => 'fresh');
  if (heard.kind !== 'reports') throw new Error(`expected reports, found ${heard.kind}`);
  return heard.reports;
}

function problemOf(headers: Record<string, string>, body?: string): string | undefined {
  try {
    read(headers, body);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemException) return error.problem.detail;
    throw error;
  }
}

it('reads a report, and from the headers what it is about', () => {
  const [report, ...others] = read();
  expect(others).toEqual([]);
  expect(report).toMatchObject({
    subject: 'tests.reported',
    data: {
      run: {
        ...{
          pipelineId: 'acme/shop/.github/workflows/ci.yml',
          platform: 'github',
          repository: 'acme/shop',
          runId: '42',
        },
        ...{ attempt: 2, headSha: 'c0ffee', branch: 'größe', kind: 'run' },
      },
      job: 'test',
      totals: { tests: 2, passed: 1, failed: 1, durationMs: 100 },
      notable: [{ name: 'total', classname: 'cart', status: 'failed', message: '11' }],
      passed: [{ classname: 'cart', names: ['adds'] }],
    },
  });
});

it('is the same event when it is posted again', () => {
  expect(read().map(({ id }) => id)).toEqual(read().map(({ id }) => id));
});

it.each<[string, Record<string, string>, string | undefined, RegExp]>([
  ['no pipeline', { ...HEADERS, 'prunella-pipeline': '' }, undefined, /prunella-pipeline/],
  [
    'neither run nor commit',
    { 'prunella-pipeline': 'ci' },
    undefined,
    /prunella-run: expected the id of a run, or prunella-sha/,
  ],
  ['an attempt that is none', { ...HEADERS, 'prunella-attempt': 'second' }, undefined, /prunella-attempt/],
  [
    'a text that is not encoded',
    { ...HEADERS, 'prunella-branch': '100%' },
    undefined,
    /prunella-branch: expected .* %25/,
  ],
  ['no XML', HEADERS, '{"tests": 1}', /body: line 1: expected XML/],
  ['nothing', HEADERS, '', /body: expected a JUnit report, found nothing/],
])('refuses %s, and says where', (_what, headers, body, problem) => {
  expect(problemOf(headers, body)).toMatch(problem);
});

it('with anything in a header or the body is taken or refused with a reason', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant(XML.slice(0, 40)));
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(HEADERS)),
      text,
      fc.option(text, { nil: XML }),
      (header, value, body) => {
        expect(problemOf({ ...HEADERS, [header]: value }, body) ?? 'taken').not.toBe('');
      },
    ),
    { numRuns: 300 },
  );
});
