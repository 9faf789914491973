import type { DiagnosisJson } from '@prunella/diagnosis';
import type { Context } from '../context.ts';

/** The first lines say it; nobody reads thirty. */
const MOST_LINES = 10;

/** A diagnosis for people. */
export function describeDiagnosis({ colors }: Pick<Context, 'colors'>, diagnosis: DiagnosisJson): string[] {
  const { bold, dim, cyan, yellow } = colors;
  const fact = (name: string, value: string): string => `  ${dim(name.padEnd(11))} ${value}`;
  const { cause, domain, action, alternatives } = diagnosis;
  return [
    bold(diagnosis.file),
    fact('cause', `${cause === 'unknown' ? yellow(cause) : cyan(cause)} (${domain})`),
    fact('because', diagnosis.explanation),
    fact('action', [action.type, ...parameters(action.parameters)].join(' ')),
    fact('confidence', `${percent(diagnosis.confidence)}, by ${diagnosis.decidedBy}`),
    fact('transient', `${percent(diagnosis.transient)} would pass without a change`),
    ...(alternatives.length === 0
      ? []
      : [fact('also', alternatives.map((other) => `${other.cause} ${percent(other.confidence)}`).join(', '))]),
    fact('fingerprint', diagnosis.fingerprint),
    ...diagnosis.evidence
      .slice(0, MOST_LINES)
      .map(({ line, text }) => `  ${dim(`${String(line).padStart(8)} |`)} ${text}`),
    ...(diagnosis.evidence.length > MOST_LINES
      ? [dim(`           and ${diagnosis.evidence.length - MOST_LINES} more lines with --json`)]
      : []),
    '',
  ];
}

function parameters(values: DiagnosisJson['action']['parameters']): string[] {
  return Object.entries(values).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
