import type { Received } from '@prunella/bus';
import type { Clock } from '@prunella/core';
import { afterMention, type Dependency, linesAgainst } from '@prunella/policy';
import type { DependencyBook } from './dependency-book.ts';

export interface HearDeps {
  readonly dependencies: readonly Dependency[];
  book: DependencyBook;
  clock: Clock;
  /** Has it probed at once. */
  probeNow(name: string): Promise<void>;
  suspected(dependency: Dependency): void;
}

/** A failure speaks against each dependency that it names; what many pipelines speak against is suspected, and probed at once. */
export async function hearDiagnosis({ data, time }: Received<'diagnosis.made'>, d: HearDeps): Promise<void> {
  const now = d.clock.now();
  const { incidentId, run } = data;
  // A clock that is ahead must not make it count for longer.
  const at = Math.min(Date.parse(data.diagnosedAt ?? time) || now, now);
  for (const dependency of d.dependencies) {
    const lines = linesAgainst(dependency, data);
    if (lines.length === 0) continue;
    const mention = { pipeline: `${run.repository} ${run.pipelineId}`, incidentId, at, lines };
    const { name, kind } = dependency;
    const { before, after } = await d.book.change(name, kind, (record) =>
      afterMention(record, dependency, mention, now),
    );
    if (after.state !== 'suspected' || before?.state === 'suspected') continue;
    d.suspected(dependency);
    await d.probeNow(name);
  }
}
