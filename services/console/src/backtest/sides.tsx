import {
  type BacktestReport,
  difference,
  formatMeasure,
  type Measure,
  type PolicyReport,
  shownMeasures,
} from '../model/backtest.ts';
import { Card } from '../parts/card.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import classes from './backtest.module.css';

/** The sums of both policies, side by side also on a phone. @param before what the one is called that it is compared with. */
export function Sides({ report: { policy, against }, before }: { report: BacktestReport; before: string }) {
  const measures = shownMeasures([policy.totals, ...(against ? [against.totals] : [])]);
  return (
    <Card title="Side by side">
      <table className={classes['sides']} data-testid="sides">
        <thead>
          <tr>
            <th scope="col">Number</th>
            {against && <th scope="col">{before}</th>}
            <th scope="col">{against ? 'New' : 'Policy'}</th>
            {against && <th scope="col">Difference</th>}
          </tr>
        </thead>
        <tbody>
          {measures.map((measure) => (
            <tr key={measure.id}>
              <th scope="row" data-part={measure.part}>
                {measure.label}
                <span>{measure.hint}</span>
              </th>
              {against && <td data-numeric>{shownOf(measure, against)}</td>}
              <td data-numeric>
                <strong>{shownOf(measure, policy)}</strong>
              </td>
              {against && (
                <td data-numeric>
                  <Difference measure={measure} now={policy} before={against} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function shownOf(measure: Measure, { totals, currency }: PolicyReport): string {
  return formatMeasure(measure, measure.of(totals), currency);
}

function Difference({ measure, now, before }: { measure: Measure; now: PolicyReport; before: PolicyReport }) {
  const [is, was] = [measure.of(now.totals), measure.of(before.totals)];
  const isOtherMoney = measure.unit === 'money' && now.currency !== before.currency;
  const change = isOtherMoney ? undefined : difference(measure, is, was, now.currency);
  if (change) return <Pill tone={change.tone}>{change.says}</Pill>;
  return <span className={partClasses['muted']}>{is === was && is !== null ? 'same' : '–'}</span>;
}
