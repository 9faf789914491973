import { Alert, Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { type BacktestWish, backtestsQuery, policyCheckQuery, startBacktest } from '../api/backtests.ts';
import { ProblemError } from '../api/problem.ts';
import { DAY_MS } from '../model/summary.ts';
import { Card } from '../parts/card.tsx';
import { useMayChange } from '../parts/use-who.tsx';
import { YamlEditor } from '../policy/yaml-editor.tsx';
import classes from './backtest.module.css';
import { WhatItChanges } from './what-it-changes.tsx';

/** After the last key, in ms. */
const CHECKED_AFTER = 350;

type Against = 'current' | 'other' | 'nothing';
type Range = '7' | '30' | '90' | 'dates';

const AGAINST = [
  { value: 'current', label: 'Policy in force' },
  { value: 'other', label: 'Another text' },
  { value: 'nothing', label: 'Nothing' },
];
const RANGES = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: 'dates', label: 'Dates' },
];
const JUDGED = [
  { value: '30m', label: '30 minutes' },
  { value: '6h', label: '6 hours' },
  { value: '1d', label: '1 day' },
  { value: '7d', label: '7 days' },
];

/** What is wrong with a text, a moment after it was typed; undefined: that is not known yet. */
function useCheck(text: string) {
  const [settled] = useDebouncedValue(text, CHECKED_AFTER);
  const { data } = useQuery({ ...policyCheckQuery(settled), placeholderData: keepPreviousData });
  return { check: data, problems: text.trim() === '' ? [] : (data?.problems ?? []) };
}

/** Asks for a backtest. @param initial the text that it begins with. */
export function WishForm({ initial }: { initial: string }) {
  const [text, setText] = useState(initial);
  const [against, setAgainst] = useState<Against>('current');
  const [other, setOther] = useState(initial);
  const [range, setRange] = useState<Range>('30');
  const [dates, setDates] = useState({ from: '', to: '' });
  const [judgeWithin, setJudgeWithin] = useState('1d');
  const candidate = useCheck(text);
  const compared = useCheck(other);
  const mayStart = useMayChange();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const starting = useMutation({
    mutationFn: () =>
      startBacktest({ policy: text, judgeWithin, ...rangeOf(range, dates), ...againstOf(against, other) }),
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: ['backtests', 'list'] });
      await navigate(`/backtest/${id}`);
    },
  });
  const isBroken = candidate.problems.length > 0 || (against === 'other' && compared.problems.length > 0);
  const isIncomplete = text.trim() === '' || (range === 'dates' && (dates.from === '' || dates.to === ''));

  return (
    <Card title="Try a policy" testId="try-policy">
      <div className={classes['form']}>
        <div className={classes['editors']}>
          <YamlEditor label="The policy to try" value={text} onChange={setText} problems={candidate.problems} />
          {against === 'other' && (
            <YamlEditor
              label="The policy to compare it with"
              value={other}
              onChange={setOther}
              problems={compared.problems}
            />
          )}
        </div>
        <div className={classes['wishes']}>
          <Choice label="Compare it with">
            {(label) => (
              <SegmentedControl
                aria-labelledby={label}
                fullWidth
                data={AGAINST}
                value={against}
                onChange={(value) => setAgainst(value as Against)}
              />
            )}
          </Choice>
          <Choice label="Failures of the last">
            {(label) => (
              <SegmentedControl
                aria-labelledby={label}
                fullWidth
                data={RANGES}
                value={range}
                onChange={(value) => setRange(value as Range)}
              />
            )}
          </Choice>
          {range === 'dates' && (
            <div className={classes['dates']}>
              {(['from', 'to'] as const).map((end) => (
                <TextInput
                  key={end}
                  type="date"
                  label={end === 'from' ? 'From (UTC)' : 'Up to and with (UTC)'}
                  value={dates[end]}
                  onChange={(event) => setDates({ ...dates, [end]: event.currentTarget.value })}
                />
              ))}
            </div>
          )}
          <NativeSelect
            label="A rerun is proof within"
            description="After the failure. What passes later proves nothing."
            // Mantine's own is too pale to be read by everybody.
            styles={{ description: { color: 'var(--p-ink-3)' } }}
            data={JUDGED}
            value={judgeWithin}
            onChange={(event) => setJudgeWithin(event.currentTarget.value)}
          />
          <WhatItChanges now={candidate.check?.sections} against={against} other={compared.check?.sections} />
          {starting.isError && <Refused error={starting.error} />}
          {mayStart ? (
            <Button
              leftSection={<Play size={15} aria-hidden />}
              disabled={isBroken || isIncomplete}
              loading={starting.isPending}
              onClick={() => starting.mutate()}
            >
              Run the backtest
            </Button>
          ) : (
            <p className={classes['note']}>You may read what others ran; an operator may run one.</p>
          )}
        </div>
      </div>
    </Card>
  );
}

function Choice({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div>
      <div id={id} className={classes['choice']}>
        {label}
      </div>
      {children(id)}
    </div>
  );
}

function Refused({ error }: { error: Error }) {
  const { data } = useQuery({ ...backtestsQuery, enabled: error instanceof ProblemError && error.status === 409 });
  const running = data?.items.find(({ state }) => state === 'running');
  return (
    <Alert color="red" role="alert" title={error instanceof ProblemError ? error.title : 'It did not begin'}>
      {running === undefined ? (
        error instanceof ProblemError ? (
          error.detail
        ) : (
          error.message
        )
      ) : (
        <>
          Another backtest is at work, and there is one at a time. <Link to={`/backtest/${running.id}`}>See it</Link>
        </>
      )}
    </Alert>
  );
}

function againstOf(against: Against, other: string): Pick<BacktestWish, 'against'> {
  if (against === 'nothing') return {};
  return { against: against === 'current' ? 'current' : other };
}

/** Whole days of UTC where dates are given; the last one belongs to it. */
function rangeOf(range: Range, dates: { from: string; to: string }): Pick<BacktestWish, 'from' | 'to'> {
  if (range !== 'dates') return { from: new Date(Date.now() - Number(range) * DAY_MS).toISOString() };
  const end = new Date(Math.min(Date.now(), Date.parse(dates.to) + DAY_MS));
  return { from: new Date(dates.from).toISOString(), to: end.toISOString() };
}
