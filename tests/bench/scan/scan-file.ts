import { closeSync, openSync, readSync } from 'node:fs';
import type { LogScanner, ScannedLog } from '@prunella/rules';

const CHUNK = 64 * 1024;

/** Reads a file as a stream through a scanner. */
export function scanFile(scanner: LogScanner, file: string): ScannedLog {
  const source = openSync(file, 'r');
  const chunk = new Uint8Array(CHUNK);
  const scan = scanner.begin();
  for (let size = readSync(source, chunk); size > 0; size = readSync(source, chunk)) {
    scan.write(chunk.subarray(0, size));
  }
  closeSync(source);
  return scan.end();
}
