import type { DoctorReport } from '../gen/api.ts';
import { formatDuration } from '../model/format.ts';
import type { Column } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { useNow } from '../shell/use-now.ts';

type Service = DoctorReport['services'][number];

const REFRESH_MS = 5_000;

/** What is told of each service. */
export const SERVICES: readonly Column<Service>[] = [
  { title: 'Service', cell: ({ name }) => <b>{name}</b> },
  { title: 'State', cell: (service) => <State service={service} /> },
  { title: 'Replicas', numeric: true, cell: ({ replicas, silent }) => replicas.length + silent },
  { title: 'Version', cell: ({ replicas }) => listed(replicas.map(({ version }) => version)) },
  { title: 'Node', cell: ({ replicas }) => listed(replicas.map(({ node }) => node)) },
  { title: 'Up for', cell: ({ replicas }) => <Uptime starts={replicas.map(({ startedAt }) => startedAt)} /> },
  { title: 'Memory', numeric: true, cell: ({ replicas }) => memoryOf(replicas) },
  { title: 'Where', wide: true, cell: ({ replicas }) => listed(replicas.map(({ host }) => host)) },
];

function State({ service: { replicas, silent, bad, notes } }: { service: Service }) {
  if (replicas.length === 0) return <Pill tone="red">{silent > 0 ? 'does not say' : 'does not answer'}</Pill>;
  if (bad > 0) return <Pill tone="red">{bad} to mend</Pill>;
  if (notes > 0) return <Pill tone="amber">{notes === 1 ? '1 note' : `${notes} notes`}</Pill>;
  return <Pill tone="green">in order</Pill>;
}

/** The shortest first: what was restarted lately is what one looks for. */
function Uptime({ starts }: { starts: readonly string[] }) {
  const now = useNow(REFRESH_MS);
  const ages = starts.map((at) => now - Date.parse(at)).sort((a, b) => a - b);
  const [youngest, oldest] = [ages[0], ages.at(-1)];
  if (youngest === undefined || oldest === undefined) return <span className={partClasses['muted']}>–</span>;
  return (
    <span>
      {formatDuration(youngest)}
      {ages.length > 1 && <span className={partClasses['note']}>the oldest {formatDuration(oldest)}</span>}
    </span>
  );
}

function memoryOf(replicas: Service['replicas']): string {
  if (replicas.length === 0) return '–';
  const most = Math.max(...replicas.map(({ memoryBytes }) => memoryBytes));
  return `${Math.round(most / 1024 ** 2)} MiB`;
}

function listed(texts: readonly string[]): string {
  return [...new Set(texts)].join(', ') || '–';
}
