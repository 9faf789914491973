import { tracingOf } from './settings.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://tempo:4318/' };

it.each`
  what                       | variables
  ${'no endpoint'}           | ${{}}
  ${'an empty one'}          | ${{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }}
  ${'all of it disabled'}    | ${{ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }}
  ${'no exporter of traces'} | ${{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }}
`('asks for no spans with $what, and that is no problem', ({ variables }) => {
  expect(tracingOf('detector', variables as NodeJS.ProcessEnv)).toEqual({ settings: undefined, problems: [] });
});

it.each`
  what                    | variables
  ${'an address of gRPC'} | ${{ OTEL_EXPORTER_OTLP_ENDPOINT: 'tempo:4317' }}
  ${'gRPC'}               | ${{ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }}
`('says that no spans are sent with $what', ({ variables }) => {
  const { settings, problems } = tracingOf('detector', variables as NodeJS.ProcessEnv);
  expect(settings).toBeUndefined();
  expect(problems).toEqual([expect.stringMatching(/^OTEL_EXPORTER_OTLP_\w+: expected .*no spans are sent/)]);
});

it.each`
  variables                                                                                  | url
  ${ENDPOINT}                                                                                | ${'http://tempo:4318/v1/traces'}
  ${{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example/base' }}                            | ${'https://otel.example/base/v1/traces'}
  ${{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo:4318/other' }}                       | ${'http://tempo:4318/other'}
  ${{ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/v1/traces' }} | ${'https://traces.example/v1/traces'}
`('$variables: to $url', ({ variables, url }) => {
  expect(tracingOf('detector', variables as NodeJS.ProcessEnv).settings?.url).toBe(url);
});

it.each`
  name                          | argument  | sampler                                                     | problems
  ${''}                         | ${''}     | ${{ root: 'always_on', ratio: 1, parentBased: true }}       | ${0}
  ${'always_off'}               | ${''}     | ${{ root: 'always_off', ratio: 1, parentBased: false }}     | ${0}
  ${'parentbased_traceidratio'} | ${'0.25'} | ${{ root: 'traceidratio', ratio: 0.25, parentBased: true }} | ${0}
  ${'traceidratio'}             | ${'0'}    | ${{ root: 'traceidratio', ratio: 0, parentBased: false }}   | ${0}
  ${'traceidratio'}             | ${'lots'} | ${{ root: 'traceidratio', ratio: 1, parentBased: false }}   | ${1}
  ${'jaeger_remote'}            | ${''}     | ${{ root: 'always_on', ratio: 1, parentBased: true }}       | ${1}
`('samples by "$name" "$argument" as $sampler', ({ name, argument, sampler, problems }) => {
  const wished = tracingOf('detector', {
    ...ENDPOINT,
    OTEL_TRACES_SAMPLER: name as string,
    OTEL_TRACES_SAMPLER_ARG: argument as string,
  });
  expect(wished.settings?.sampler).toEqual(sampler);
  expect(wished.problems).toHaveLength(problems as number);
});

it('reads headers, names and the queue, and takes the usual where a number is none', () => {
  const { settings, problems } = tracingOf('auditor', {
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-scope-orgid=one, authorization=Basic%20YTpi%3D,nonsense,=x',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-scope-orgid=two%',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,team=a%2Cb',
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_SCHEDULE_DELAY: '-1',
  });
  expect(settings).toMatchObject({
    headers: { 'x-scope-orgid': 'two%', authorization: 'Basic YTpi=' },
    serviceName: 'prunella-auditor',
    resource: { 'deployment.environment.name': 'prod', team: 'a,b' },
    queue: { size: 100, batch: 100, delayMs: 5_000, timeoutMs: 30_000 },
  });
  expect(problems).toEqual([expect.stringMatching(/^OTEL_BSP_SCHEDULE_DELAY: /)]);
});

it.each`
  variables                                                                        | name
  ${{ OTEL_SERVICE_NAME: 'heal' }}                                                 | ${'heal'}
  ${{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' }}                            | ${'other'}
  ${{ OTEL_SERVICE_NAME: 'heal', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' }} | ${'heal'}
`('is called $name with $variables', ({ variables, name }) => {
  const wished = tracingOf('detector', { ...ENDPOINT, ...(variables as NodeJS.ProcessEnv) });
  expect(wished.settings?.serviceName).toBe(name);
});
