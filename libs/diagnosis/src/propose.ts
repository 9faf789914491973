import type { Failure } from '@prunella/contracts';
import { type MatchedLine, matchRules, type RuleMatch, type RuleSet } from '@prunella/rules';
import { exitCodeOf, type Line, looksBinary, toLines, withoutPrivateKeys } from '@prunella/signals';
import type { Candidate } from './candidate.ts';
import type { DiagnosisInput, LogText } from './diagnosis.ts';

/** A failed job's log, read. */
export interface JobLines {
  job: string;
  /** Cleaned lines; empty for a log that is not text. */
  lines: readonly Line[];
  failedStep?: string;
  /** What the log's job says beside its text. */
  signs: readonly string[];
}

/** What the rules say about one job, or about the run as a whole when `job` is undefined. */
export interface Proposal {
  job: string | undefined;
  candidates: readonly Candidate[];
}

export function readLog(log: LogText): JobLines {
  const lines = looksBinary(log.text) ? [] : toLines(withoutPrivateKeys(log.text), { firstLine: log.firstLine });
  return {
    job: log.job,
    lines,
    ...(log.failedStep !== undefined && { failedStep: log.failedStep }),
    signs: [...signsOfExit(exitCodeOf(lines)), ...signsOfJob(log.conclusion)],
  };
}

/** What a publisher reports, without the private keys that its text may hold. */
export function readError(error: Failure): Failure {
  return { ...error, message: withoutPrivateKeys(error.message), stack: withoutPrivateKeys(error.stack) };
}

/** Asks the rules about each job by itself, then about what the run as a whole says. */
export function propose(input: DiagnosisInput, logs: readonly JobLines[], rules: RuleSet): Proposal[] {
  const { metrics, error } = input;
  const jobs = logs.map(({ job, lines, signs }) => ({
    job,
    candidates: matchRules(rules, { lines: lines.map((line) => ({ ...line, job })), signs, metrics }).map(candidateOf),
  }));
  const run = matchRules(rules, { lines: [], ...(error && { error }), signs: signsOfRun(input), metrics });
  return [...jobs, { job: undefined, candidates: run.map(candidateOf) }];
}

/** The same rule on several jobs is one candidate with all their lines. */
export function merged(proposals: readonly Proposal[]): Candidate[] {
  const byRule = new Map<string, Candidate>();
  for (const candidate of proposals.flatMap(({ candidates }) => candidates)) {
    const known = byRule.get(candidate.decidedBy);
    byRule.set(candidate.decidedBy, known === undefined ? candidate : together(known, candidate));
  }
  return [...byRule.values()];
}

function together(first: Candidate, second: Candidate): Candidate {
  const lines: MatchedLine[] = [...first.lines, ...second.lines];
  return { ...first, lines, count: first.count + second.count };
}

function candidateOf({ rule, action, lines, count }: RuleMatch): Candidate {
  return {
    cause: rule.cause,
    action,
    decidedBy: `rule:${rule.id}`,
    says: rule.says,
    transient: rule.transient,
    prior: rule.confidence,
    confidence: rule.confidence,
    lines,
    count,
    notes: [],
  };
}

function signsOfRun({ conclusion, error, jobs }: DiagnosisInput): string[] {
  return [
    `conclusion:${conclusion}`,
    ...signsOfExit(error?.exitCode ?? exitCodeOf(toLines(error?.message ?? ''))),
    ...jobs.flatMap((job) => signsOfJob(job.conclusion)),
  ];
}

function signsOfExit(code: number | undefined): string[] {
  return code === undefined ? [] : [`exit_code:${code}`];
}

/** A cancelled job says nothing about the run: its neighbours are cancelled when one fails. */
function signsOfJob(conclusion: string | undefined): string[] {
  return conclusion === 'timed_out' ? ['conclusion:timed_out'] : [];
}
