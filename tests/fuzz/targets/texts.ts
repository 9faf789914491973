import { branchName, buildOfUrl } from '@prunella/ci';
import { badRevisions, notedChange } from '@prunella/cluster';
import {
  compareQuantities,
  formatQuantity,
  parseDuration,
  parseQuantity,
  QuantityError,
  traceContextOf,
} from '@prunella/core';
import { globMatches } from '@prunella/policy';
import fc from 'fast-check';
import { Cursor } from '../../../services/auditor/src/api/cursor.ts';
import { createSseParser } from '../../../services/console/src/model/sse.ts';
import { workloadFacts } from '../../../services/detector/src/watch/kubernetes/workload.ts';
import { jsonText } from '../inputs/json.ts';
import { text } from '../inputs/text.ts';
import { bytesOf, holds, type Target, textOf } from '../target.ts';

const quantity = fc.stringMatching(/^[+-]?\d{0,30}(\.\d{0,30})?([eE][+-]?\d{1,3}|[numkMGTPEKi]{0,2})?$/);
const change = {
  key: 'inc_1',
  at: 1,
  revision: 2,
  available: 1,
  from: 'a',
  to: 'b',
  deadline: { from: 1, to: 2, retried: false },
};
const position = Buffer.from(JSON.stringify([1_772_359_380_000, 'inc_1'])).toString('base64url');
const event = 'event: incident\nid: 7\ndata: {"a":1}\n\n';

export const targets: readonly Target[] = [
  {
    name: 'texts/quantity',
    reads: 'amounts of resources as Kubernetes writes them',
    doors: ['texts:quantity'],
    seeds: () => ['128Mi', '1500m', '0.5', '1e3', '-1Ki'].map(bytesOf),
    inputs: fc.oneof(quantity, text).map(bytesOf),
    bombs: {
      digits: () => bytesOf('9'.repeat(1024 ** 2)),
      exponent: () => bytesOf('9e999'),
      'small exponent': () => bytesOf('9e-999'),
    },
    read: (bytes) => parseQuantity(textOf(bytes)),
    errors: [QuantityError],
    holds(value) {
      const read = value as ReturnType<typeof parseQuantity>;
      holds(
        compareQuantities(parseQuantity(formatQuantity(read)), read) === 0,
        'the same amount when it is written and read again',
      );
    },
  },
  {
    name: 'texts/words',
    reads: 'durations, traces, addresses of builds, branches, patterns of names',
    doors: ['texts:words'],
    seeds: () =>
      [
        '5s',
        `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
        'https://ci.example/jenkins/job/a/job/b%252Fc/12/',
        'refs/remotes/origin/main',
        '**/a*?[b]',
      ].map(bytesOf),
    inputs: fc
      .oneof(
        text,
        fc
          .array(fc.constantFrom('*', '**', '/', '?', 'a', '[', ']', '!', '\\', '%2F', '%', 'job/', '{', '}'), {
            maxLength: 60,
          })
          .map((parts) => parts.join('')),
      )
      .map(bytesOf),
    bombs: {
      stars: () => bytesOf('*a'.repeat(2_000)),
      slashes: () => bytesOf('/job/'.repeat(200_000)),
      digits: () => bytesOf(`${'9'.repeat(10 ** 6)}s`),
    },
    read(bytes) {
      const word = textOf(bytes);
      return [
        parseDuration(word),
        traceContextOf(word),
        buildOfUrl(word),
        branchName(word),
        globMatches(word.slice(0, 200), 'a'.repeat(200)),
        globMatches(word.slice(0, 200), word),
      ];
    },
    errors: [],
  },
  {
    name: 'texts/annotations',
    reads: 'annotations of workloads in a cluster, which anybody there may write',
    doors: ['decoder:libs/cluster/src/notes.ts', 'decoder:services/detector/src/watch/kubernetes/workload.ts'],
    seeds: () => [bytesOf(JSON.stringify(change))],
    inputs: fc.oneof(jsonText([change]), text).map(bytesOf),
    read(bytes) {
      const note = textOf(bytes);
      const annotations = {
        'prunella.dev/change': note,
        'prunella.dev/bad-revisions': note,
        'deployment.kubernetes.io/revision': note,
      };
      const metadata = { uid: 'u', name: 'web', namespace: 'shop', annotations };
      return [
        notedChange(annotations),
        badRevisions(annotations),
        workloadFacts('Deployment')({ metadata, spec: { template: { metadata } } }),
      ];
    },
    errors: [],
  },
  {
    name: 'texts/cursor',
    reads: 'cursors of the API',
    doors: ['decoder:services/auditor/src/api/cursor.ts'],
    seeds: () => [bytesOf(position)],
    inputs: fc
      .oneof(
        jsonText([[1, 'a']]).map((json) => Buffer.from(json).toString('base64url')),
        text,
      )
      .map(bytesOf),
    read: (bytes) => Cursor.safeParse(textOf(bytes)),
    errors: [],
    holds(value) {
      const { data } = value as { data?: { openedAt: Date } };
      holds(data === undefined || !Number.isNaN(data.openedAt.getTime()), 'a time');
    },
  },
  {
    name: 'texts/events',
    reads: 'the stream of events in the console',
    doors: ['texts:sse'],
    seeds: () => [bytesOf(event)],
    inputs: fc
      .array(
        fc.oneof(
          fc.constantFrom(
            'event: a\n',
            'data: x\n',
            'data',
            ':',
            '\r',
            '\r\n',
            '\n',
            '\n\n',
            'id: 1\n',
            ' ',
            'retry: 5\n',
          ),
          text,
        ),
        { maxLength: 30 },
      )
      .map((parts) => bytesOf(parts.join(''))),
    bombs: {
      'a line that never ends': () => bytesOf(`data: ${'x'.repeat(4 * 1024 ** 2)}`),
      'many empty lines': () => bytesOf('\n'.repeat(4 * 1024 ** 2)),
      'many lines of data': () => bytesOf('data: x\n'.repeat(1024 ** 2 / 2)),
    },
    read(bytes) {
      const parser = createSseParser();
      const all = textOf(bytes);
      const events = [];
      for (let at = 0; at < all.length; at += 16_384) events.push(...parser.push(all.slice(at, at + 16_384)));
      return events;
    },
    errors: [],
  },
];
