import type { JsonBucket } from '@prunella/bus';
import type { DependencyChanged } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { type DependencyRecord, type StandingChange, told } from '@prunella/policy';

/** A change of a dependency, ready for the bus. */
export interface Telling {
  /** The same whenever the same change is told. */
  id: string;
  time: string;
  data: DependencyChanged;
}

export interface BookDeps {
  bucket: JsonBucket<DependencyRecord>;
  /** Resolves when it is on disk. Telling the same id again changes nothing. */
  tell(telling: Telling): Promise<void>;
}

const MOST_EVIDENCE = 10;

/** How the dependencies are, shared by all replicas. A change is kept before it is told, so that a crash in between loses none. */
export class DependencyBook {
  constructor(private readonly d: BookDeps) {}

  /** undefined: nothing was ever heard of it. */
  async get(name: string): Promise<DependencyRecord | undefined> {
    return (await this.d.bucket.get(name))?.value;
  }

  /** Writes what follows from what stands there, and tells what changed. The same object back: nothing is written. */
  async change(
    name: string,
    kind: string,
    next: (record: DependencyRecord | undefined) => DependencyRecord,
  ): Promise<{ before: DependencyRecord | undefined; after: DependencyRecord }> {
    const { before, after } = await this.write(name, next);
    if (after.untold.length > 0) await this.tellAll(name, kind, after.untold);
    return { before, after };
  }

  /** It is in the policy no more. */
  async forget(name: string): Promise<void> {
    await this.d.bucket.delete(name);
  }

  private async tellAll(name: string, kind: string, changes: readonly StandingChange[]): Promise<void> {
    for (const change of changes) await this.d.tell(tellingOf(name, kind, change));
    await this.write(name, (record) => record && told(record, changes));
  }

  private async write<R extends DependencyRecord | undefined>(
    name: string,
    next: (record: DependencyRecord | undefined) => R,
  ): Promise<{ before: DependencyRecord | undefined; after: R }> {
    const { bucket } = this.d;
    for (;;) {
      const entry = await bucket.get(name);
      const before = entry?.value;
      const after = next(before);
      if (after === undefined || after === before) return { before, after };
      const revision =
        entry === undefined ? await bucket.create(name, after) : await bucket.update(name, after, entry.revision);
      if (revision !== undefined) return { before, after };
    }
  }
}

function tellingOf(name: string, kind: string, { state, before, since, reason, mentions }: StandingChange): Telling {
  return {
    id: `dependency/${name}/${state}/${since}`,
    time: iso(since),
    data: {
      name,
      kind,
      state,
      before,
      since: iso(since),
      reason,
      evidence: mentions.flatMap(({ lines }) => lines.slice(0, 1)).slice(-MOST_EVIDENCE),
      incidentIds: mentions.map(({ incidentId }) => incidentId),
    },
  };
}
