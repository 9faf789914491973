import { ExternalLink } from 'lucide-react';
import { safeUrl } from '../model/format.ts';
import type { Proof, Step } from '../model/steps.ts';
import classes from './incident.module.css';
import { Says } from './says.tsx';

/** How it ended, and what proves that. */
export function OutcomeBody({ step }: { step: Extract<Step, { kind: 'outcome' }> }) {
  return (
    <>
      <Says text={step.says} />
      {step.proof.length > 0 && (
        <ul className={classes['proof']} aria-label="Proof" data-testid="proof">
          {step.proof.map((proof) => (
            <li key={proof.id}>
              <ProofLine proof={proof} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function ProofLine({ proof: { id, says, step, url } }: { proof: Proof }) {
  const run = safeUrl(url);
  if (says === '') {
    return (
      <>
        <span>Proven by an event elsewhere:</span> <code>{id}</code>
      </>
    );
  }
  return (
    <>
      <span>Proven by {step === undefined ? says : <a href={`#${encodeURIComponent(step)}`}>{says}</a>}</span>
      {run && (
        <a href={run} target="_blank" rel="noreferrer noopener" data-testid="proof-run">
          See the run
          <ExternalLink size={12} aria-label="opens in a new tab" />
        </a>
      )}
      <code>{id}</code>
    </>
  );
}
