import type { Evidence } from '@prunella/contracts';
import { redact } from '@prunella/signals';
import type { Candidate } from './candidate.ts';
import type { JobReading } from './reading.ts';

/** Longer quotes are cut: the evidence has the whole line. */
const QUOTE = 160;

/** One sentence that says what happened, who says so, on which line and with which numbers. */
export function explain(candidate: Candidate, evidence: readonly Evidence[], logs: readonly JobReading[]): string {
  const [decisive] = candidate.lines.length > 0 ? evidence : [];
  const where = decisive === undefined ? '' : ` on ${placeOf(decisive, candidate, logs)}`;
  const more = candidate.count > 1 ? `, ${candidate.count} lines in all` : '';
  const notes = candidate.notes.map((note) => `; ${note}`).join('');
  const confidence = (candidate.lower ?? candidate.confidence).toFixed(2);
  return `${withoutStop(candidate.says)}: ${whoSays(candidate)}${where}${more}${notes}; confidence ${confidence}.`;
}

function whoSays({ decidedBy }: Candidate): string {
  const [kind, id] = decidedBy.split(':');
  if (kind === 'rule') return `rule ${id} matches`;
  if (kind === 'model') return `no rule is sure, the model ${id} says so; the most telling line stands`;
  if (kind === 'reporter') return 'no rule is surer than its reporter';
  if (kind === 'history') return 'the history of its tests says so';
  return kind === 'metrics' ? 'the metrics say so' : 'no rule matches';
}

function placeOf(decisive: Evidence, { lines }: Candidate, logs: readonly JobReading[]): string {
  const quote = `("${cut(decisive.text)}")`;
  if (lines[0]?.source === 'error') return `the reported error ${quote}`;
  if (lines[0]?.source === 'annotation') return `an annotation of job "${decisive.job}" ${quote}`;
  const step = logs.find(({ job }) => job === decisive.job)?.failedStep;
  const job = decisive.job === '' ? '' : ` of job "${decisive.job}"`;
  return `line ${decisive.line}${job}${step === undefined ? '' : `, step "${redact(step)}"`} ${quote}`;
}

function cut(text: string): string {
  return text.length <= QUOTE ? text : `${text.slice(0, QUOTE - 1)}…`;
}

function withoutStop(sentence: string): string {
  return sentence.endsWith('.') ? sentence.slice(0, -1) : sentence;
}
