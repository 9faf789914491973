import type { NamedSetting } from '@prunella/doctor';

/** The standard variables, https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/, and what people are told of them. */
export const TRACING_SETTINGS: readonly NamedSetting[] = [
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    about: 'Where spans go, by OTLP over HTTP with protobuf, e.g. http://tempo:4318. Not set: nowhere.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    about: 'The same as the whole address, e.g. http://tempo:4318/v1/traces.',
  },
  { name: 'OTEL_EXPORTER_OTLP_HEADERS', about: 'Headers of those requests: name=value, separated by commas.' },
  { name: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', about: 'The same; these count more.' },
  { name: 'OTEL_SERVICE_NAME', about: 'How the service is called in traces. Default: prunella-<service>.' },
  { name: 'OTEL_RESOURCE_ATTRIBUTES', about: 'Attributes of the service in traces: name=value, separated by commas.' },
  { name: 'OTEL_SDK_DISABLED', about: 'true: no spans at all.' },
  {
    name: 'OTEL_TRACES_SAMPLER',
    about: 'always_on, always_off, traceidratio, or one of them after parentbased_. Default: parentbased_always_on.',
  },
  { name: 'OTEL_TRACES_SAMPLER_ARG', about: 'The part that traceidratio records, from 0 to 1. Default: 1.' },
  { name: 'OTEL_BSP_SCHEDULE_DELAY', about: 'How long spans wait to be sent together, in ms. Default: 5000.' },
  { name: 'OTEL_BSP_MAX_QUEUE_SIZE', about: 'So many spans wait at most; others are dropped. Default: 2048.' },
  { name: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', about: 'So many are sent at a time. Default: 512.' },
  { name: 'OTEL_BSP_EXPORT_TIMEOUT', about: 'How long sending may take, in ms. Default: 30000.' },
];

export type RootSampler = 'always_on' | 'always_off' | 'traceidratio';

export interface TracingSettings {
  /** Of the requests that carry spans. */
  url: string;
  headers: Record<string, string>;
  /** What becomes of a trace that begins here; `parentBased` false: of all others as well. */
  sampler: { root: RootSampler; ratio: number; parentBased: boolean };
  /** Times in ms. */
  queue: { delayMs: number; size: number; batch: number; timeoutMs: number };
  serviceName: string;
  /** Of OTEL_RESOURCE_ATTRIBUTES. */
  resource: Record<string, string>;
}

/** What was asked for, and what of it can't be had, for the log. `settings` undefined: no spans. */
export interface WishedTracing {
  settings: TracingSettings | undefined;
  problems: string[];
}

/** What the variables ask for. Never throws: traces are not worth that a service does not start. */
export function tracingOf(service: string, variables: NodeJS.ProcessEnv): WishedTracing {
  const of = (name: string) => (variables[name] ?? '').trim();
  const problems: string[] = [];
  const none = { settings: undefined, problems };
  if (of('OTEL_SDK_DISABLED').toLowerCase() === 'true' || of('OTEL_TRACES_EXPORTER') === 'none') return none;
  const base = of('OTEL_EXPORTER_OTLP_ENDPOINT');
  const url = of('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') || (base && `${base.replace(/\/+$/, '')}/v1/traces`);
  if (url === '') return none;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    problems.push(
      'OTEL_EXPORTER_OTLP_ENDPOINT: expected an address that begins with http:// or https://; no spans are sent',
    );
    return none;
  }
  const protocol = of('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') || of('OTEL_EXPORTER_OTLP_PROTOCOL') || 'http/protobuf';
  if (protocol !== 'http/protobuf') {
    problems.push(
      `OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf, found ${protocol.slice(0, 40)}; no spans are sent. Receivers take http/protobuf on port 4318 as a rule`,
    );
    return none;
  }
  const number = (name: string, usual: number) => {
    const text = of(name);
    if (text === '') return usual;
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
    problems.push(`${name}: expected a whole number above 0; ${usual} is taken`);
    return usual;
  };
  const size = number('OTEL_BSP_MAX_QUEUE_SIZE', 2_048);
  return {
    settings: {
      url,
      headers: { ...pairs(of('OTEL_EXPORTER_OTLP_HEADERS')), ...pairs(of('OTEL_EXPORTER_OTLP_TRACES_HEADERS')) },
      sampler: samplerOf(of('OTEL_TRACES_SAMPLER'), of('OTEL_TRACES_SAMPLER_ARG'), problems),
      queue: {
        size,
        delayMs: number('OTEL_BSP_SCHEDULE_DELAY', 5_000),
        batch: Math.min(number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512), size),
        timeoutMs: number('OTEL_BSP_EXPORT_TIMEOUT', 30_000),
      },
      serviceName:
        of('OTEL_SERVICE_NAME') || pairs(of('OTEL_RESOURCE_ATTRIBUTES'))['service.name'] || `prunella-${service}`,
      resource: pairs(of('OTEL_RESOURCE_ATTRIBUTES')),
    },
    problems,
  };
}

function samplerOf(name: string, argument: string, problems: string[]): TracingSettings['sampler'] {
  const [, parent, root] = /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(name) ?? [];
  if (root === undefined) {
    if (name !== '') problems.push('OTEL_TRACES_SAMPLER: not one that is known here; parentbased_always_on is taken');
    return { root: 'always_on', ratio: 1, parentBased: true };
  }
  const isRatio = argument !== '' && Number(argument) >= 0 && Number(argument) <= 1;
  if (argument !== '' && !isRatio) problems.push('OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1; 1 is taken');
  return { root: root as RootSampler, ratio: isRatio ? Number(argument) : 1, parentBased: parent !== undefined };
}

/** `a=1,b=2`, percent-encoded. What is no pair is left out. */
function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      const name = pair.slice(0, Math.max(at, 0)).trim();
      return name === '' ? [] : [[name, decoded(pair.slice(at + 1).trim())]];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
