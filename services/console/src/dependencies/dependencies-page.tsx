import { Code } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { dependenciesQuery } from '../api/answers.ts';
import type { DependencyList } from '../gen/api.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { Age } from '../parts/timestamp.tsx';
import classes from './dependencies.module.css';
import { DependencyDetail } from './dependency-detail.tsx';
import { StateStrip } from './state-strip.tsx';
import { STATE_LOOKS } from './states.ts';

type Dependency = DependencyList['items'][number];

/** What pipelines need, and how it is. */
export function DependenciesPage() {
  const { data, error, refetch } = useQuery(dependenciesQuery);
  const [params] = useSearchParams();
  const chosen = data?.items.find(({ name }) => name === params.get('show'));
  return (
    <>
      <PageTitle title="Dependencies" />
      <Card title="What pipelines need" about={aboutOf(data)}>
        <DataTable
          label="Dependencies"
          testId="dependencies"
          columns={COLUMNS}
          items={data?.items}
          keyOf={({ name }) => name}
          error={error}
          onRetry={() => void refetch()}
          empty={<HowToDeclare />}
        />
      </Card>
      {chosen && <DependencyDetail dependency={chosen} />}
    </>
  );
}

function aboutOf(data: DependencyList | undefined): string {
  const away = data?.items.filter(({ state }) => state === 'down' || state === 'suspected') ?? [];
  if (away.length === 0) {
    return 'Each is probed from where the detector runs. While one is away, runs that need it wait, and so do reruns of what failed because of it.';
  }
  const waiting = away.reduce((sum, { waitingCount }) => sum + waitingCount, 0);
  const names = away.map(({ name }) => name).join(', ');
  const it = away.length === 1 ? 'it' : 'them';
  const who =
    waiting === 0
      ? `Nobody waits for ${it} right now.`
      : `${waiting} ${waiting === 1 ? 'rerun waits' : 'reruns wait'} for ${it}.`;
  return `Away: ${names}. ${who}`;
}

const COLUMNS: readonly Column<Dependency>[] = [
  {
    title: 'Dependency',
    cell: ({ name, kind, address }) => (
      <span>
        <Link className={classes['strong']} to={`?show=${encodeURIComponent(name)}`} replace preventScrollReset>
          {name}
        </Link>
        <span className={partClasses['note']}>
          {kind} {address}
        </span>
      </span>
    ),
  },
  {
    title: 'State',
    cell: ({ state, since }) => (
      <span>
        <Pill tone={STATE_LOOKS[state].tone}>{STATE_LOOKS[state].label}</Pill>
        {since !== null && (
          <span className={partClasses['note']}>
            <Age at={since} />
          </span>
        )}
      </span>
    ),
  },
  { title: 'Because', wide: true, cell: ({ reason }) => reason },
  { title: 'Last 7 days', cell: (dependency) => <StateStrip dependency={dependency} /> },
  { title: 'Last probe', cell: ({ lastProbe }) => <LastProbe probe={lastProbe} /> },
  {
    title: 'Waiting',
    numeric: true,
    cell: ({ waitingCount }) => (waitingCount === 0 ? <span className={partClasses['muted']}>–</span> : waitingCount),
  },
];

const RESULTS = { ok: 'succeeded', failed: 'failed', 'no-data': 'could not be made' };

function LastProbe({ probe }: { probe: Dependency['lastProbe'] }) {
  if (probe === null) return <span className={partClasses['muted']}>none yet</span>;
  return (
    <span>
      <Age at={probe.at} />
      <span className={partClasses['note']}>
        {RESULTS[probe.result]}, {probe.tookMs} ms
      </span>
    </span>
  );
}

const SNIPPET = `dependencies:
  - name: images
    kind: registry
    url: https://registry.example
    neededBy:
      - match: { repository: acme/** }
  - name: orders-db
    kind: postgresql
    host: db.example
    names: [orders]
`;

function HowToDeclare() {
  return (
    <div className={classes['how']}>
      <p>
        None is declared. Write what your pipelines need into <code>prunella.yaml</code>: it is probed from then on,
        runs can ask before they start, and what failed because of it is run again when it is back.
      </p>
      <Code block tabIndex={0}>
        {SNIPPET}
      </Code>
      <p>
        Kinds: http, tcp, postgresql, dns, registry. All keys: <code>docs/guide/preflight.md</code>.
      </p>
    </div>
  );
}
