import { CloseButton } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { DependencyList } from '../gen/api.ts';
import { formatDuration } from '../model/format.ts';
import { Card } from '../parts/card.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { Age } from '../parts/timestamp.tsx';
import classes from './dependencies.module.css';
import { STATE_LOOKS } from './states.ts';

type Dependency = DependencyList['items'][number];

const MOST_CHANGES = 12;

/** All that is known of one dependency. */
export function DependencyDetail({ dependency }: { dependency: Dependency }) {
  const [, setParams] = useSearchParams();
  const { name, kind, address, state, intervalMs, declared } = dependency;
  const often = intervalMs === null ? '' : `, probed every ${formatDuration(intervalMs)}`;
  return (
    <Card
      title={name}
      about={`${kind} ${address}${often}. ${STATE_LOOKS[state].label}: ${STATE_LOOKS[state].means}.`}
      testId="dependency"
      end={<CloseButton aria-label={`Close ${name}`} onClick={() => setParams({}, { replace: true })} />}
    >
      {!declared && (
        <p className={partClasses['empty']}>
          The auditor's own policy file does not name it: give the auditor the PRUNELLA_CONFIG of the detector to see
          who needs it.
        </p>
      )}
      <div className={classes['detail']}>
        <Waiting dependency={dependency} />
        <UsedBy dependency={dependency} />
        <SuspectedBy dependency={dependency} />
        <Probe dependency={dependency} />
        <Changes dependency={dependency} />
      </div>
    </Card>
  );
}

function Waiting({ dependency: { waiting, waitingCount } }: { dependency: Dependency }) {
  return (
    <section>
      <h3>Who waits for it now</h3>
      {waiting.length === 0 && <p>Nobody.</p>}
      <ul className={classes['list']}>
        {waiting.map(({ id, pipeline, repository }) => (
          <li key={id}>
            <Link to={`/incidents/${encodeURIComponent(id)}`}>{pipeline}</Link>
            {repository !== '' && <span className={partClasses['note']}>{repository}</span>}
          </li>
        ))}
      </ul>
      {waitingCount > waiting.length && <p>and {waitingCount - waiting.length} more</p>}
    </section>
  );
}

function UsedBy({ dependency: { usedBy } }: { dependency: Dependency }) {
  return (
    <section>
      <h3>Which runs need it</h3>
      {usedBy.length === 0 && <p>No run is held back for it (neededBy is empty).</p>}
      <ul className={classes['list']}>
        {usedBy.map(({ match, steps }) => (
          <li key={match}>
            <code>{match}</code>
            <span className={partClasses['note']}>
              {steps.length === 0 ? 'waits while it is away' : `leaves out ${steps.join(', ')} while it is away`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function SuspectedBy({ dependency: { suspectedBy } }: { dependency: Dependency }) {
  if (suspectedBy.length === 0) return null;
  return (
    <section>
      <h3>Whose logs named it lately</h3>
      <ul className={classes['list']}>
        {suspectedBy.map(({ pipeline, incidentId, at, line }) => (
          <li key={incidentId}>
            <Link to={`/incidents/${encodeURIComponent(incidentId)}`}>{pipeline}</Link>, <Age at={at} />
            <span className={partClasses['note']}>
              <code>{line}</code>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Probe({ dependency: { lastProbe } }: { dependency: Dependency }) {
  return (
    <section>
      <h3>Last probe</h3>
      {lastProbe === null ? (
        <p>There was none yet.</p>
      ) : (
        <p>
          <Age at={lastProbe.at} />, in {lastProbe.tookMs} ms: {lastProbe.says}
        </p>
      )}
    </section>
  );
}

function Changes({ dependency: { history } }: { dependency: Dependency }) {
  return (
    <section>
      <h3>Changes of the last 7 days</h3>
      {history.length === 0 && <p>None.</p>}
      <ul className={classes['list']}>
        {history.slice(0, MOST_CHANGES).map(({ at, state, reason }) => (
          <li key={`${at} ${state}`}>
            <Pill tone={STATE_LOOKS[state].tone}>{STATE_LOOKS[state].label}</Pill> <Age at={at} />
            <span className={partClasses['note']}>{reason}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
