import type { Failure } from '@prunella/contracts';
import {
  exitCodeOf,
  type Line,
  lastLines,
  looksBinary,
  type Ranked,
  rank,
  Templates,
  toLines,
  withoutPrivateKeys,
} from '@prunella/signals';
import type { DiagnosisInput, LogText } from './diagnosis.ts';

/** A failed job's log, read. */
export interface JobReading {
  job: string;
  /** Cleaned lines; empty for a log that is not text. */
  lines: readonly Line[];
  /** How many lines the log has; more than `lines` where only some were kept. */
  totalLines: number;
  /** Those worth a look, most telling first. */
  ranked: readonly Ranked[];
  /** The place in `ranked`, from 0, of a line or one of its shape, by its number; absent: it is not worth a look. */
  places: ReadonlyMap<number, number>;
  /** What successful logs of this job look like; absent: none is known. */
  green?: Templates;
  exitCode?: number;
  failedStep?: string;
  /** What the platform says of the job and its log does not, a line each. */
  annotations: readonly Line[];
  /** What the log's job says beside its text. */
  signs: readonly string[];
}

/** Each costs some two hundred bytes until a diagnosis is made, also an empty one, and several times that where a rule matches it. */
const MOST_LINES = 200_000;

/** Reads the logs of a run. Of those that have more lines than all may have together, what a short one does not need goes to those behind it; of each the end is read. */
export function readLogs(logs: readonly LogText[], most = MOST_LINES): JobReading[] {
  let left = most;
  return logs.map((log, at) => {
    const reading = readLog(log, Math.max(Math.floor(left / (logs.length - at)), 1));
    left -= reading.lines.length;
    return reading;
  });
}

/** Reads a log, of one with more lines its end. */
export function readLog(log: LogText, most = MOST_LINES): JobReading {
  const { lines, totalLines } = linesOf(log, most);
  const green = templatesOf(log.green);
  const ranked = rank(lines, green === undefined ? {} : { green });
  const exitCode = exitCodeOf(lines);
  return {
    job: log.job,
    lines,
    totalLines,
    ranked,
    places: new Map(ranked.flatMap(({ line, alike }, place) => [line.line, ...alike].map((number) => [number, place]))),
    ...(green !== undefined && { green }),
    ...(exitCode !== undefined && { exitCode }),
    ...(log.failedStep !== undefined && { failedStep: log.failedStep }),
    annotations: annotationsOf(log.annotations, lines),
    signs: [...signsOfExit(exitCode), ...signsOfJob(log.conclusion), ...signsOfReason(log.failureReason)],
  };
}

function linesOf(log: LogText, most: number): { lines: readonly Line[]; totalLines: number } {
  if ('lines' in log) return log;
  if (looksBinary(log.text)) return { lines: [], totalLines: 0 };
  const { text, cut } = lastLines(withoutPrivateKeys(log.text), most);
  const lines = toLines(text, { firstLine: log.firstLine + cut });
  return { lines, totalLines: cut + lines.length };
}

/** What stands in the log, too, is weighed there. */
function annotationsOf(messages: readonly string[] = [], lines: readonly Line[]): Line[] {
  const said = toLines(withoutPrivateKeys(messages.join('\n'))).filter(({ text }) => text.trim() !== '');
  return said.filter(({ text }) => !lines.some((line) => line.text.endsWith(text)));
}

/** What a publisher reports, without the private keys that its text may hold. */
export function readError(error: Failure): Failure {
  return { ...error, message: withoutPrivateKeys(error.message), stack: withoutPrivateKeys(error.stack) };
}

/** What the run as a whole says beside text. */
export function signsOfRun({ conclusion, error, jobs }: DiagnosisInput): string[] {
  return [
    `conclusion:${conclusion}`,
    ...signsOfExit(error?.exitCode ?? exitCodeOf(toLines(error?.message ?? ''))),
    ...jobs.flatMap((job) => signsOfJob(job.conclusion)),
  ];
}

function templatesOf(logs: readonly string[] = []): Templates | undefined {
  return logs.length === 0 ? undefined : Templates.of(logs.flatMap((text) => toLines(text)));
}

function signsOfExit(code: number | undefined): string[] {
  return code === undefined ? [] : [`exit_code:${code}`];
}

function signsOfReason(reason: string | undefined): string[] {
  return reason === undefined ? [] : [`failure_reason:${reason}`];
}

/** A cancelled job says nothing about the run: its neighbours are cancelled when one fails. */
function signsOfJob(conclusion: string | undefined): string[] {
  return conclusion === 'timed_out' ? ['conclusion:timed_out'] : [];
}
