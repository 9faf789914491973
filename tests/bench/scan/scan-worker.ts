// A thread of the measurement with several workers: scans the files it is sent, one at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { createScanner } from '@prunella/rules';
import { ruleSetOf } from './rules.ts';
import { scanFile } from './scan-file.ts';

const { rules, warmUp } = workerData as { rules: number; warmUp: string };
const scanner = createScanner(ruleSetOf(rules));
for (let run = 0; run < 3; run += 1) scanFile(scanner, warmUp);
parentPort?.postMessage('ready');
parentPort?.on('message', (file: string) => {
  parentPort?.postMessage(scanFile(scanner, file).totalBytes);
});
