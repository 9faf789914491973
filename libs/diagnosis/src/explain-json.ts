import type { Action, Cause } from '@prunella/contracts';
import type { Diagnosis } from './diagnosis.ts';

/** A diagnosis of a file as `prunella diagnose --json` prints it. Others rely on it: it only grows. */
export interface DiagnosisJson {
  /** As it was given. */
  file: string;
  cause: Cause;
  domain: string;
  confidence: number;
  transient: number;
  action: Action;
  decidedBy: string;
  explanation: string;
  fingerprint: string;
  /** Lines count from 1 in the original file. */
  evidence: { line: number; text: string }[];
  alternatives: { cause: Cause; confidence: number }[];
}

export function explainJson(file: string, diagnosis: Diagnosis): DiagnosisJson {
  const { cause, domain, confidence, transient, action, decidedBy, explanation } = diagnosis;
  return {
    file,
    cause,
    domain,
    confidence,
    transient,
    action: { type: action.type, parameters: action.parameters },
    decidedBy,
    explanation,
    fingerprint: diagnosis.fingerprint,
    evidence: diagnosis.evidence.map(({ line, text }) => ({ line, text })),
    alternatives: diagnosis.alternatives.map((other) => ({ cause: other.cause, confidence: other.confidence })),
  };
}
