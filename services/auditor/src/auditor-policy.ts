import { messageOf } from '@prunella/core';
import {
  type Owned,
  ownerBy,
  ownerOfTest,
  type Policy,
  PolicyError,
  type PolicyProblem,
  policyFile,
} from '@prunella/policy';
import { type FileLog, SettingsFile } from '@prunella/service-kit';

/** Where the policy comes from. Times in ms since the epoch. */
export interface PolicyOrigin {
  /** As it is called in messages. */
  file: string;
  /** What is in force; undefined: there is no file. */
  source: string | undefined;
  /** Since when we go by it. */
  since: number;
  /** What stands in the file instead, and is not in force; undefined: nothing else. */
  rejected: { since: number; source: string | undefined; problems: readonly PolicyProblem[] } | undefined;
}

/** The policy as the auditor goes by it: who owns what, what is learnt and reported, and what its page shows. */
export class AuditorPolicy {
  private constructor(
    private readonly file: SettingsFile<Policy>,
    /** Where the file is looked for. */
    readonly path: string,
  ) {}

  /**
   * Reads the policy for the first time; it is read again when it changes.
   *
   * @param path undefined: where it usually is, or none.
   * @throws ConfigError naming the file, and what is wrong with it.
   */
  static async open(path: string | undefined, log: FileLog): Promise<AuditorPolicy> {
    return new AuditorPolicy(await SettingsFile.open({ ...policyFile, path }, log), path ?? policyFile.usual);
  }

  /** What holds now. */
  get current(): Policy {
    return this.file.current;
  }

  get origin(): PolicyOrigin {
    const { file, source, since, rejection } = this.file;
    const rejected = rejection && {
      since: rejection.since,
      source: rejection.text,
      problems: problemsOf(rejection.error),
    };
    return { file, source, since, rejected };
  }

  /** Why what stands in the file is not in force; undefined: it is. */
  get rejected(): string | undefined {
    return this.file.rejected;
  }

  /** Who mends it; empty: nobody is named. */
  ownerOf(about: Owned): string {
    return ownerBy(this.file.current.owners, about);
  }

  /** Empty: nobody is named. */
  ownerOfTest(about: { repository: string; test: string }): string {
    return ownerOfTest(this.file.current, about);
  }

  close(): void {
    this.file.close();
  }
}

/** What is wrong with a file that is not in force. */
function problemsOf(error: unknown): readonly PolicyProblem[] {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof PolicyError ? cause.problems : [{ line: 1, path: '', says: messageOf(error) }];
}
