import { formatMinutes, formatMoney } from '../model/format.ts';
import partClasses from './parts.module.css';

interface CostProps {
  minutes: number;
  money: Parameters<typeof formatMoney>[0][];
}

/** What something has cost: minutes of runners, and below them the money, in each currency. */
export function Cost({ minutes, money }: CostProps) {
  return (
    <span>
      {formatMinutes(minutes)}
      <span className={partClasses['note']}>{money.map(formatMoney).join(', ')}</span>
    </span>
  );
}
