import { ProviderError } from './errors.ts';
import { continueTrace, errorTypeOf, inSpan, recordSpans, type Span, type SpanOptions, tellSpan } from './spans.ts';
import { currentTrace, outsideTraces, traceContextOf, traceId, traceparent, withTrace } from './trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;

it.each`
  text                                               | context
  ${PARENT}                                          | ${{ traceId: TRACE, spanId: 'b7ad6b7169203331', isSampled: true }}
  ${`00-${TRACE}-b7ad6b7169203331-00`}               | ${{ traceId: TRACE, spanId: 'b7ad6b7169203331', isSampled: false }}
  ${`00-${TRACE}-b7ad6b7169203331-02`}               | ${{ traceId: TRACE, spanId: 'b7ad6b7169203331', isSampled: false }}
  ${`00-${'0'.repeat(32)}-b7ad6b7169203331-01`}      | ${undefined}
  ${`00-${TRACE}-${'0'.repeat(16)}-01`}              | ${undefined}
  ${`00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`} | ${undefined}
  ${`${PARENT}-more`}                                | ${undefined}
  ${''}                                              | ${undefined}
  ${undefined}                                       | ${undefined}
`('reads $text as $context', ({ text, context }) => {
  expect(traceContextOf(text as string | undefined)).toEqual(context);
});

describe('while nobody records spans', () => {
  it('passes the context on as it came, so that those who record find their parents', () => {
    expect(withTrace(PARENT, () => traceparent())).toBe(PARENT);
    expect(continueTrace(PARENT, 'process', {}, () => inSpan('part', {}, () => traceparent()))).toBe(PARENT);
  });

  it('begins one trace for all that is done for a sender who gave none', () => {
    const [first, second] = withTrace('nonsense', () => [traceparent(), traceparent()]);
    expect(traceContextOf(first)).toMatchObject({ isSampled: true });
    expect(second).toBe(first);
    expect(traceparent()).not.toBe(traceparent());
    expect(traceId()).toBeUndefined();
  });
});

describe('while spans are recorded', () => {
  interface Made {
    name: string;
    parent: string | undefined;
    options: SpanOptions;
    id: string;
    failure?: unknown;
    ended: number;
  }
  let made: Made[];
  let stop: () => void;

  beforeEach(() => {
    made = [];
    stop = recordSpans({
      start(name, parent, options): Span {
        const id = `00-${traceContextOf(parent)?.traceId ?? TRACE}-${String(made.length + 1).padStart(16, '0')}-01`;
        const span: Made = { name, parent, options, id, ended: 0 };
        made.push(span);
        return {
          ...{ isRecorded: true, traceparent: id, set() {} },
          fail(error) {
            span.failure = error;
          },
          end() {
            span.ended += 1;
          },
        };
      },
    });
  });
  afterEach(() => stop());

  it('each part stands under what it is a part of, also after waiting', async () => {
    await continueTrace(PARENT, 'whole', {}, async () => {
      await Promise.resolve();
      await Promise.all([inSpan('one', {}, async () => inSpan('deep', {}, () => 1)), inSpan('two', {}, async () => 2)]);
    });
    const idOf = (name: string) => made.find((span) => span.name === name)?.id;
    expect(Object.fromEntries(made.map(({ name, parent }) => [name, parent]))).toEqual({
      ...{ whole: PARENT, one: idOf('whole'), deep: idOf('one'), two: idOf('whole') },
    });
    expect(made.every(({ ended }) => ended === 1)).toBe(true);
    expect(currentTrace()).toBeUndefined();
  });

  it('what serves no trace gets no span, but what is sent begins one', () => {
    inSpan('GET', { kind: 'client' }, () => undefined);
    continueTrace(PARENT, 'whole', {}, () => outsideTraces(() => inSpan('part', {}, () => undefined)));
    inSpan('send', { kind: 'producer' }, () => undefined);
    expect(made.map(({ name, parent }) => [name, parent])).toEqual([
      ['whole', PARENT],
      ['send', undefined],
    ]);
  });

  it.each`
    how | work
    ${'throws'} | ${() => {
  throw new TypeError('no');
}}
    ${'rejects'} | ${async () => {
  throw new TypeError('no');
}}
  `('says that it failed when its work $how, and lets the error through', async ({ work }) => {
    const run = async () => await continueTrace(PARENT, 'bad', {}, work as () => Promise<void>);
    await expect(run()).rejects.toThrow(TypeError);
    expect(made).toEqual([expect.objectContaining({ failure: expect.any(TypeError), ended: 1 })]);
  });

  it('tells of what is over', () => {
    tellSpan(PARENT, 'wait', { startedAt: 1_000 }, () => ({}));
    expect(made).toEqual([
      expect.objectContaining({ name: 'wait', parent: PARENT, options: { startedAt: 1_000 }, ended: 1 }),
    ]);
  });
});

it.each`
  error                                                                                  | type
  ${new ProviderError('github', 'rate-limited', 'GET /secret')}                          | ${'rate-limited'}
  ${Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED' })} | ${'ECONNREFUSED'}
  ${new TypeError('secret')}                                                             | ${'TypeError'}
  ${'secret'}                                                                            | ${'_OTHER'}
`('error.type of $error is $type', ({ error, type }) => {
  expect(errorTypeOf(error)).toBe(type);
});
