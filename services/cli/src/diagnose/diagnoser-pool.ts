import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '@prunella/core';
import type { Context } from '../context.ts';
import type { FileResult } from './diagnose-file.ts';

const WORKER = new URL(`./diagnose-worker${extname(import.meta.url)}`, import.meta.url);

/** Threads that diagnose files; each reads the rules once. */
export class DiagnoserPool {
  readonly #place: Pick<Context, 'env' | 'cwd'>;
  readonly #idle: Worker[] = [];
  readonly #waiting: ((worker: Worker) => void)[] = [];
  #room: number;

  /** @param size how many files are diagnosed at a time, at most; threads start when they are needed. */
  constructor({ env, cwd }: Pick<Context, 'env' | 'cwd'>, size: number) {
    this.#place = { env: { ...env }, cwd };
    this.#room = size;
  }

  /** What became of a file; a thread that ends on the way is a problem of this file alone. */
  async diagnose(file: string): Promise<FileResult> {
    const worker = await this.#worker();
    try {
      const result = await answerOf(worker, file);
      this.#free(worker);
      return result;
    } catch (error) {
      await worker.terminate();
      this.#free(this.#start());
      return { problem: `${file}: expected a diagnosis, but its thread ended: ${messageOf(error)}` };
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  async #worker(): Promise<Worker> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#room > 0) {
      this.#room -= 1;
      return this.#start();
    }
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }

  #free(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next(worker);
  }

  #start(): Worker {
    return new Worker(WORKER, { workerData: this.#place });
  }
}

function answerOf(worker: Worker, file: string): Promise<FileResult> {
  return new Promise((resolve, reject) => {
    const answered = (result: FileResult) => settle(() => resolve(result));
    const failed = (error: unknown) => settle(() => reject(error));
    const ended = (code: number) => failed(new Error(`exit code ${code}`));
    const settle = (end: () => void) => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      end();
    };
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage(file);
  });
}
