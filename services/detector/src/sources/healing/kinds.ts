import type { Kind } from '@prunella/contracts';

/** What can begin, end or fail, and as what it is told. */
export const KINDS: Readonly<Record<string, Kind>> = {
  pipeline: 'run',
  workflow: 'run',
  run: 'run',
  build: 'run',
  test: 'run',
  job: 'run',
  step: 'run',
  deployment: 'deployment',
  deploy: 'deployment',
};

/** `Pipeline-Failed`, `pipeline.failed` and `pipeline_failed` are one type. */
export function normalized(type: string): string {
  return type.toLowerCase().replace(/[.\s-]/g, '_');
}

/** The kind of what an event type is about; the type is one of ours. */
export function kindOf(type: string): Kind {
  return KINDS[normalized(type).replace(/_[a-z]+$/, '')] as Kind;
}

/** All types with these endings: `pipeline_failed`, `build_failure`, ... */
export function typesWith(whats: readonly string[], endings: readonly string[]): string[] {
  return whats.flatMap((what) => endings.map((ending) => `${what}_${ending}`));
}

/** Two pipelines may use the same key: the stream tells messages apart by source and id together. */
export function sourceOf(pipelineId: string): string {
  return `webhook/healing/${encodeURIComponent(pipelineId)}`;
}
