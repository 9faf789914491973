import { type Owned, ownerBy, ownerOfTest, type Policy, policyFile } from '@prunella/policy';
import { type FileLog, SettingsFile } from '@prunella/service-kit';

/** Who mends what nobody else is named for, as the policy file says now. */
export class Owners {
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
  static async open(path: string | undefined, log: FileLog): Promise<Owners> {
    return new Owners(await SettingsFile.open({ ...policyFile, path }, log), path ?? policyFile.usual);
  }

  /** What holds now. */
  get policy(): Policy {
    return this.file.current;
  }

  /** Why what stands in the file is not in force; undefined: it is. */
  get rejected(): string | undefined {
    return this.file.rejected;
  }

  /** Empty: nobody is named. */
  of(about: Owned): string {
    return ownerBy(this.file.current.owners, about);
  }

  /** Empty: nobody is named. */
  ofTest(about: { repository: string; test: string }): string {
    return ownerOfTest(this.file.current, about);
  }

  close(): void {
    this.file.close();
  }
}
