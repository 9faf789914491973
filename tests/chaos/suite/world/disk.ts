import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A small disk of its own for one folder, that can be filled. */
export class Disk {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Mounts a tmpfs on the folder. undefined: this needs rights that we do not have here. */
  static async mount(folder: string, mebibytes: number): Promise<Disk | undefined> {
    await mkdir(folder, { recursive: true });
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0755`, 'tmpfs', folder]);
      return new Disk(folder);
    } catch {
      return undefined;
    }
  }

  /** Takes all that is left. @returns gives it back. */
  async fill(): Promise<() => Promise<void>> {
    const file = join(this.folder, 'filler');
    const handle = await open(file, 'w');
    const piece = Buffer.alloc(1024 ** 2);
    try {
      for (;;) await handle.write(piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await handle.close();
    }
    return () => rm(file, { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.folder]);
  }
}
