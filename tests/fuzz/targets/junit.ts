import { JUNIT_LIMITS, JunitError, type JunitReport, readJunit, reportEvents } from '@prunella/test-history';
import fc from 'fast-check';
import { filesIn } from '../inputs/files.ts';
import { text } from '../inputs/text.ts';
import { bytesOf, holds, type Target } from '../target.ts';

const names = [
  'testsuites',
  'testsuite',
  'testcase',
  'failure',
  'error',
  'flakyFailure',
  'rerunFailure',
  'skipped',
  'system-out',
  'properties',
  'property',
  'x',
];
const attributes = ['name', 'classname', 'time', 'message', 'type', 'file', 'tests', 'status', 'result', 'id', 'xml:a'];
const tag = fc.constantFrom(...names);

const piece = fc.oneof(
  fc
    .tuple(tag, fc.array(fc.tuple(fc.constantFrom(...attributes), text), { maxLength: 3 }), fc.boolean())
    .map(
      ([name, pairs, isEmpty]) =>
        `<${name}${pairs.map(([key, value]) => ` ${key}="${value.replaceAll(/[<&"]/g, '.')}"`).join('')}${isEmpty ? '/' : ''}>`,
    ),
  tag.map((name) => `</${name}>`),
  fc.constantFrom(
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&amp;',
    '&x;',
    '&#0;',
    '&#x110000;',
    '<?xml version="1.0"?>',
    '<!DOCTYPE a [<!ENTITY x "y">]>',
  ),
  text,
);
const inputs = fc
  .tuple(
    fc.constantFrom(
      '',
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<?xml version="1.0" encoding="ISO-8859-1"?>',
      '\ufeff',
    ),
    fc.array(piece, { maxLength: 30 }),
  )
  .map(([head, pieces]) => bytesOf(`${head}<testsuites>${pieces.join('')}</testsuites>`));

const MOST = JUNIT_LIMITS.maxBytes;
const filled = (head: string, piece: string, tail: string) => () =>
  bytesOf(head + piece.repeat(Math.floor((MOST - head.length - tail.length) / Buffer.byteLength(piece))) + tail);
const laughs = Array.from({ length: 20 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');

export const targets: readonly Target[] = [
  {
    name: 'junit/report',
    reads: 'JUnit XML: what pipelines post, artefacts of platforms',
    doors: ['decoder:libs/test-history/src/junit/read-junit.ts', 'decoder:libs/test-history/src/junit/decode.ts'],
    seeds: () => filesIn('libs/test-history/fixtures', '.xml'),
    inputs,
    bombs: {
      'a billion laughs': () =>
        bytesOf(`<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><testsuite><testcase name="&l20;"/></testsuite>`),
      'as deep as it is long': filled('', '<testsuite>', ''),
      'one attribute': filled('<testsuite><testcase name="', 'x', '"/></testsuite>'),
      'many attributes': () =>
        bytesOf(`<testsuite ${Array.from({ length: 400_000 }, (_, at) => `a${at}="b"`).join(' ')}/>`),
      'many tests of one name': filled('<testsuite>', '<testcase name="a"/>', '</testsuite>'),
      'many tests': () =>
        bytesOf(
          `<testsuite>${Array.from({ length: 49_000 }, (_, at) => `<testcase classname="c${at % 7}" name="n${at}"><failure message="m${at}"/></testcase>`).join('')}</testsuite>`,
        ),
      'one failure': filled(
        '<testsuite><testcase name="a"><failure>',
        'password=hunter2 ',
        '</failure></testcase></testsuite>',
      ),
      'a failure of one line': filled(
        '<testsuite><testcase name="a"><failure>',
        'eyJhbGciOi.',
        '</failure></testcase></testsuite>',
      ),
      'a comment that never ends': filled('<testsuite><!--', '-', ''),
      'a document type that never ends': filled('<!DOCTYPE a [', '<', ''),
      references: filled('<testsuite><testcase name="a"><failure>', '&#x41;', '</failure></testcase></testsuite>'),
    },
    read(bytes) {
      const report = readJunit(bytes);
      return { report, events: reportEvents(report, { run: { pipelineId: 'ci', runId: '1' }, job: '' }) };
    },
    errors: [JunitError],
    holds(value) {
      const { report } = value as { report: JunitReport };
      const { passed, failed, errors, skipped, flaky, tests } = report.totals;
      holds(passed + failed + errors + skipped + flaky === tests, 'totals that add up');
      holds(
        report.results.every(({ durationMs }) => Number.isSafeInteger(durationMs) && durationMs >= 0),
        'durations in whole milliseconds',
      );
    },
  },
];
