import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { healingLogQuery } from '../api/answers.ts';
import type { IncidentDetail } from '../model/incident.ts';
import { fieldOf, SPANS, type Span, saidIn, spanOf } from '../model/logged.ts';
import { Card } from '../parts/card.tsx';
import { Clock } from '../parts/timestamp.tsx';
import { ErrorMessage } from '../shell/error-message.tsx';
import classes from './around.module.css';

/** What was logged about the healing of the pipeline, in a range of time. Loki is asked when somebody wants to see it. */
export function LoggedCard({ incident }: { incident: IncidentDetail }) {
  const [span, setSpan] = useState<Span & { name: string }>();
  return (
    <Card
      title="What was logged"
      about="Lines about the healing of this pipeline, also of other incidents, from Loki."
      testId="logged"
    >
      <Choice
        chosen={span}
        choices={SPANS.map(({ name, of }) => ({ name, choose: () => setSpan({ name, ...of(incident, Date.now()) }) }))}
        onTimes={(times) => setSpan({ name: TIMES, ...times })}
      />
      {span && <Lines pipeline={incident.pipelineId} span={span} />}
    </Card>
  );
}

const TIMES = 'Times';

interface ChoiceProps {
  chosen: (Span & { name: string }) | undefined;
  choices: readonly { name: string; choose: () => void }[];
  onTimes: (span: Span) => void;
}

function Choice({ chosen, choices, onTimes }: ChoiceProps) {
  return (
    <div className={classes['spans']}>
      {choices.map(({ name, choose }) => (
        <Button key={name} size="xs" variant="default" aria-pressed={chosen?.name === name} onClick={choose}>
          {name}
        </Button>
      ))}
      {chosen && <Times key={`${chosen.name} ${chosen.from}`} span={chosen} onTimes={onTimes} />}
    </div>
  );
}

/** Any two times. What is no range yet is not asked for. */
function Times({ span, onTimes }: { span: Span; onTimes: (span: Span) => void }) {
  const [from, setFrom] = useState(fieldOf(span.from));
  const [to, setTo] = useState(fieldOf(span.to));
  const times = spanOf(from, to);
  return (
    <>
      <TextInput
        type="datetime-local"
        size="xs"
        aria-label="From (UTC)"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        size="xs"
        aria-label="To (UTC)"
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button size="xs" variant="default" disabled={times === undefined} onClick={() => times && onTimes(times)}>
        Show
      </Button>
    </>
  );
}

function Lines({ pipeline, span: { from, to } }: { pipeline: string; span: Span }) {
  const query = useQuery(
    healingLogQuery({ pipeline, from: new Date(from).toISOString(), to: new Date(to).toISOString() }),
  );
  if (query.isError) return <ErrorMessage error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <p className={classes['nothing']}>Asking Loki ...</p>;
  const { lines, more } = query.data;
  if (lines.length === 0) return <p className={classes['nothing']}>Nothing was logged in that time.</p>;
  return (
    <>
      <section className={classes['lokiLines']} aria-label="Lines about healing">
        {lines.map(({ at, text }) => (
          <div key={`${at} ${text}`}>
            <Clock at={at} /> {saidIn(text)}
          </div>
        ))}
      </section>
      {more && <p className={classes['nothing']}>There are more; these are the first.</p>}
    </>
  );
}
