import { execFile } from 'node:child_process';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FILL_EVERY_MS = 20;
const PIECE = Buffer.alloc(1024 ** 2);

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

  /** Takes all that is left, and what becomes free meanwhile: a server removes files of its own. @returns gives it back. */
  async fill(): Promise<() => Promise<void>> {
    const file = join(this.folder, 'filler');
    const handle = await open(file, 'w');
    await takeAll(handle);
    let isOver = false;
    const filling = (async () => {
      while (!isOver) {
        await sleep(FILL_EVERY_MS);
        await takeAll(handle);
      }
    })();
    return async () => {
      isOver = true;
      await filling.finally(() => handle.close());
      await rm(file, { force: true });
    };
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.folder]);
  }
}

async function takeAll(handle: FileHandle): Promise<void> {
  try {
    for (;;) await handle.write(PIECE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
