import { readFile, rename, writeFile } from 'node:fs/promises';

/** The wall clock of one process, shifted by `shifted-clock.mjs` inside of it. */
export class ShiftedClock {
  /** For CHAOS_CLOCK. */
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** By so many milliseconds from the true time; the process sees it within 100 ms. */
  async shift(ms: number): Promise<void> {
    // Whole or not at all: half a file would be another shift.
    await writeFile(`${this.file}.new`, String(ms));
    await rename(`${this.file}.new`, this.file);
  }

  /** The shift by which the process itself went when it last looked, in ms; undefined: it has not looked. */
  async seen(): Promise<number | undefined> {
    const text = await readFile(`${this.file}.seen`, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : Number(text);
  }
}
