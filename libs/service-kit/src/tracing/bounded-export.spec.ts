import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { BoundedExport } from './bounded-export.ts';

type Answer = Parameters<Parameters<SpanExporter['export']>[1]>[0];

function spanOf(traceFlags: number): ReadableSpan {
  return { spanContext: () => ({ traceId: '', spanId: '', traceFlags }) } as ReadableSpan;
}

/** A bound of two before a processor that exports all it holds when it is told to. */
function world() {
  const counted = { exported: 0, dropped: 0, failed: 0, error: '' };
  const answers: ((answer: Answer) => void)[] = [];
  const exporter: SpanExporter = { export: (_, done) => void answers.push(done), shutdown: async () => undefined };
  const bounded = new BoundedExport(
    exporter,
    { size: 2 },
    {
      exported(spans) {
        counted.exported += spans;
      },
      dropped() {
        counted.dropped += 1;
      },
      failed: (spans, error) => Object.assign(counted, { failed: counted.failed + spans, error }),
    },
  );
  let held: ReadableSpan[] = [];
  let behind: SpanExporter | undefined;
  const processor = bounded.before((counting) => {
    behind = counting;
    return { onStart() {}, onEnd: (span: ReadableSpan) => void held.push(span) } as unknown as SpanProcessor;
  });
  return {
    counted,
    end: (flags = 1) => processor.onEnd(spanOf(flags)),
    send: () => {
      behind?.export(held, () => undefined);
      held = [];
    },
    answer: (answer: Answer) => answers.shift()?.(answer),
  };
}

it('lets in as many as may wait, and counts those that it does not', () => {
  const { counted, end } = world();
  for (let i = 0; i < 5; i++) end();
  expect(counted).toMatchObject({ dropped: 3, exported: 0 });
});

it('has room again only after what was sent was answered', () => {
  const { counted, end, send, answer } = world();
  end();
  end();
  send();
  end();
  expect(counted).toMatchObject({ dropped: 1, exported: 0 });
  answer({ code: 0 });
  end();
  expect(counted).toMatchObject({ dropped: 1, exported: 2 });
});

it('counts what was not taken, which makes room as well, and says why', () => {
  const { counted, end, send, answer } = world();
  end();
  end();
  send();
  answer({ code: 1, error: new Error('Bad Request') });
  end();
  expect(counted).toEqual({ dropped: 0, exported: 0, failed: 2, error: 'Bad Request' });
});

it('lets nothing in that is not sampled', () => {
  const { counted, end } = world();
  for (let i = 0; i < 5; i++) end(0);
  end();
  end();
  expect(counted.dropped).toBe(0);
});
