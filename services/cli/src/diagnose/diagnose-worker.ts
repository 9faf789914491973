import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from '../context.ts';
import { usualBrain } from './brain.ts';
import { diagnoseFile } from './diagnose-file.ts';

// A thread of `DiagnoserPool`: takes a file's name, answers with what became of it, one at a time.
const place = workerData as Pick<Context, 'env' | 'cwd'>;
const brain = await usualBrain(place);
const context = { cwd: place.cwd, stdin: () => Promise.reject(new Error('expected a file, found standard input')) };

parentPort?.on('message', async (file: string) => {
  parentPort?.postMessage(await diagnoseFile(context, brain, file));
});
