import { SegmentedControl, TextInput } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { dayOf, LASTING, type Range } from './range.ts';
import classes from './reports.module.css';

const CHOICES = [...LASTING.map(({ value, label }) => ({ value, label })), { value: 'custom', label: 'Dates' }];

/** Chooses the range; it is written into the address. */
export function RangePicker({ range }: { range: Range }) {
  const [params, setParams] = useSearchParams();
  const isCustom = range.choice === 'custom';
  const [first, last] = [dayOf(range.from), dayOf(range.to - 1)];

  function choose(changes: Record<string, string>): void {
    const next = new URLSearchParams(params);
    for (const name of ['range', 'from', 'to']) next.delete(name);
    for (const [name, value] of Object.entries(changes)) next.set(name, value);
    setParams(next, { replace: true });
  }

  /** The one that is changed holds; the other goes along where it has to. */
  function chooseDays(day: string, which: 'from' | 'to'): void {
    if (day === '') return;
    const days = { from: first, to: last, [which]: day };
    if (days.from > days.to) days[which === 'from' ? 'to' : 'from'] = day;
    choose(days);
  }

  return (
    <div className={classes['range']}>
      <SegmentedControl
        size="xs"
        data={CHOICES}
        value={range.choice}
        onChange={(value) => choose(value === 'custom' ? { from: first, to: last } : { range: value })}
        aria-label="Time range"
      />
      {isCustom && (
        <div className={classes['days']}>
          <TextInput
            type="date"
            size="xs"
            aria-label="From (UTC day)"
            value={first}
            onChange={(event) => chooseDays(event.currentTarget.value, 'from')}
          />
          <span>to</span>
          <TextInput
            type="date"
            size="xs"
            aria-label="To (UTC day, included)"
            value={last}
            onChange={(event) => chooseDays(event.currentTarget.value, 'to')}
          />
        </div>
      )}
    </div>
  );
}
