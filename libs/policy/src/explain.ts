import type { DiagnosisMade, Reason, Verdict } from '@prunella/contracts';

const CUT = 300;

/** One sentence: what is done about the diagnosis, and the reason that decided it. */
export function explain(verdict: Verdict, diagnosis: DiagnosisMade, reasons: readonly Reason[]): string {
  const { type } = diagnosis.action;
  const obstacle = reasons.find(({ allows }) => !allows);
  const mode = reasons.find(({ check }) => check === 'mode');
  const heldOut = reasons.find(({ check, allows }) => check === 'hold-out' && !allows);
  switch (verdict) {
    case 'acting':
      return sentence(`Doing ${type} for ${diagnosis.cause}: ${passed(reasons)}`);
    case 'asking':
      return sentence(`Asking before ${type} for ${diagnosis.cause}: ${obstacle?.says}`);
    case 'observing':
      return sentence(`Only watching ${diagnosis.cause}: ${(heldOut ?? mode)?.says}`);
    case 'handing_over':
      return type === 'notify_human'
        ? sentence(`A human is told about ${diagnosis.cause}: the diagnosis asks for it`)
        : sentence(`Left to a human instead of ${type}: ${obstacle?.says}`);
    case 'recommending':
      return type === 'none'
        ? sentence(`Nothing needs to be done about ${diagnosis.cause}`)
        : sentence(`Recommending ${type} for ${diagnosis.cause}: ${obstacle?.says}`);
  }
}

function passed(reasons: readonly Reason[]): string {
  return reasons
    .filter(({ check }) => check === 'threshold' || check === 'attempts' || check === 'mode')
    .map(({ says }) => says)
    .join(', ');
}

/** Texts of others are in it: one line, bounded. */
function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return `${line.length > CUT ? `${line.slice(0, CUT)}…` : line}.`;
}
