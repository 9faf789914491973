import type { Failure } from '@prunella/contracts';
import { type MatchedLine, matchRules, type RuleMatch, type RuleSet } from '@prunella/rules';
import { redact } from '@prunella/signals';
import { withAnnotations } from './annotations.ts';
import { weighInLog } from './arbitrate.ts';
import { WEIGHTS } from './arbitration-weights.ts';
import type { Candidate } from './candidate.ts';
import type { DiagnosisDeps, DiagnosisInput } from './diagnosis.ts';
import { failureOf, guess } from './guess.ts';
import { withKnownFlaky } from './known-flaky.ts';
import { candidateOf } from './of-rule.ts';
import type { Proposal } from './proposal.ts';
import { type JobReading, signsOfRun } from './reading.ts';
import { suggested } from './suggestion.ts';

/** Asks rules and model about each job by itself, then the rules about what the run as a whole says. */
export function propose(
  input: DiagnosisInput & { error?: Failure },
  readings: readonly JobReading[],
  { rules, model, stage = untold, weights = WEIGHTS }: Omit<DiagnosisDeps, 'learnt'>,
): Proposal[] {
  const { metrics, error } = input;
  const jobs = readings.map((reading) => {
    const guesses = stage('model', () => guess(failureOf(reading, metrics), model));
    const found = stage('rules', () => candidatesIn(reading, rules, metrics));
    const weighed = weighInLog(found, guesses, reading, weights);
    return { job: reading.job, candidates: withAnnotations(weighed, reading, rules, metrics) };
  });
  const run = matchRules(rules, { lines: [], ...(error && { error }), signs: signsOfRun(input), metrics });
  const suggestion = suggested(error);
  const ofRun = [...run.map(candidateOf), ...(suggestion ? [suggestion] : [])];
  const all = [...jobs, { job: undefined, candidates: ofRun }];
  return input.tests === undefined ? all : withKnownFlaky(all, readings, input, input.tests);
}

function untold<T>(_: string, work: () => T): T {
  return work();
}

/** The same rule on several jobs is one candidate with all their lines, as sure as the surest of them. */
export function merged(proposals: readonly Proposal[]): Candidate[] {
  const byWord = new Map<string, Candidate>();
  for (const candidate of proposals.flatMap(({ candidates }) => candidates)) {
    const key = `${candidate.decidedBy} ${candidate.cause}`;
    const known = byWord.get(key);
    byWord.set(key, known === undefined ? candidate : together(known, candidate));
  }
  return [...byWord.values()];
}

function together(first: Candidate, second: Candidate): Candidate {
  const [surest, other] = second.confidence > first.confidence ? [second, first] : [first, second];
  return { ...surest, lines: [...surest.lines, ...other.lines], count: first.count + second.count };
}

/** What the rules say about one job. */
export function candidatesIn(reading: JobReading, rules: RuleSet, metrics: DiagnosisInput['metrics']): Candidate[] {
  const { job, lines, signs } = reading;
  return matchRules(rules, { lines: lines.map((line) => ({ ...line, job })), signs, metrics })
    .filter((match) => !isUsual(match, reading))
    .map((match) => mostTellingFirst(candidateOf(match), reading));
}

/** What successful runs of the job print too is not why this one failed. */
function isUsual({ lines }: RuleMatch, { green }: JobReading): boolean {
  return green !== undefined && lines.length > 0 && lines.every(({ text }) => green.knows(redact(text)));
}

/** The lines that tell most stand first; among the very first of the log the order of the log counts more. */
function mostTellingFirst(candidate: Candidate, { places }: JobReading): Candidate {
  const place = ({ line }: MatchedLine) => Math.max(2, places.get(line) ?? places.size);
  return { ...candidate, lines: candidate.lines.toSorted((a, b) => place(a) - place(b)) };
}
