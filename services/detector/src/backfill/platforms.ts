import { Inject, Injectable } from '@nestjs/common';
import { ciPlatforms } from '@prunella/ci';
import type { Run } from '@prunella/contracts';
import type { CiReader } from '@prunella/core';
import { ENVIRONMENT } from '@prunella/service-kit';
import type { DetectorEnvironment } from '../environment.ts';
import { sources } from '../sources/index.ts';
import type { Source } from '../sources/source.ts';

/** A platform that can be asked for what ended, and the source that reads what it says. */
export interface AskedPlatform {
  id: string;
  reader: CiReader & Required<Pick<CiReader, 'finishedSince'>>;
  source: Source & Required<Pick<Source, 'found'>>;
}

/** The platforms of the environment that can be asked for what ended. */
@Injectable()
export class AskedPlatforms {
  readonly all: ReadonlyMap<string, AskedPlatform>;

  constructor(@Inject(ENVIRONMENT) environment: DetectorEnvironment) {
    const asked = ciPlatforms(environment as unknown as NodeJS.ProcessEnv).flatMap(({ id, reader }) => {
      const source = sources.find(({ name }) => name === id);
      if (reader.finishedSince === undefined || source?.found === undefined) return [];
      return [{ id, reader, source } as AskedPlatform];
    });
    this.all = new Map(asked.map((platform) => [platform.id, platform]));
  }
}

/** What a platform lists a run by: its repository, or its job where it has none (Jenkins). */
export function placeOf({ repository, pipelineId }: Pick<Run, 'repository' | 'pipelineId'>): string {
  return repository || pipelineId;
}
