import type { CdEvent } from '@prunella/contracts';

const TYPE = /^dev\.cdevents\.service\.(deployed|upgraded|rolledback)\.\d+\.\d+\.\d+/;

/**
 * A service that was deployed, upgraded or rolled back, as a deployment that ended well: what it then is told of, by alerts or its pods, belongs to it.
 * undefined: another event. https://github.com/CDEvents/spec/blob/v0.4.1/continuous-deployment.md
 */
export function deploymentOf({ context, subject }: CdEvent): Record<string, unknown> | undefined {
  const what = TYPE.exec(String(context.type))?.[1];
  const service = text(subject.id);
  if (what === undefined || service === undefined) return undefined;
  const content = object(subject.content);
  const environment = text(object(content['environment'])['id']) ?? '';
  return {
    pipelineId: ['service', environment, service].join('/').slice(0, 512),
    platform: 'generic',
    runId: `service/${text(context.id) ?? service}`.slice(0, 256),
    environment,
    name: `${service} ${what}`.slice(0, 512),
    kind: 'deployment',
    conclusion: 'success',
    ...(text(context.timestamp) !== undefined && { finishedAt: context.timestamp }),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
