import { Select, Switch } from '@mantine/core';
import { useSearchParams } from 'react-router';
import type { DoctorReport } from '../gen/api.ts';
import { Card } from '../parts/card.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import classes from './settings.module.css';

type Setting = DoctorReport['settings'][number];

/** The environment variables of each service, read-only: where they are set is where the service is started. */
export function ServiceSettings({ settings }: { settings: readonly Setting[] }) {
  const [params, setParams] = useSearchParams();
  const names = [...new Set(settings.map(({ service }) => service))];
  const asked = params.get('service');
  const service = names.includes(asked ?? '') ? asked : (names[0] ?? null);
  const all = params.get('all') === 'yes';
  const set = (changes: Record<string, string>) =>
    setParams((old) => ({ ...Object.fromEntries(old), ...changes }), { replace: true, preventScrollReset: true });
  const own = settings.filter((setting) => setting.service === service);
  return (
    <Card
      title="Settings"
      about="Environment variables, set where the service is started (compose file, Helm values, shell); how it heals is set in prunella.yaml. Secrets are only said to be set."
      end={
        <div className={classes['filters']}>
          <Switch
            label="Also what is not set"
            checked={all}
            onChange={(event) => set({ all: event.currentTarget.checked ? 'yes' : 'no' })}
          />
          <Select
            aria-label="Service"
            data={names}
            value={service}
            onChange={(value) => value !== null && set({ service: value })}
            allowDeselect={false}
            w={150}
          />
        </div>
      }
    >
      <DataTable
        label="Settings"
        testId="settings"
        columns={SETTINGS}
        items={all ? own : own.filter(({ state }) => state === 'set' || state === 'secret')}
        keyOf={({ name }) => name}
        error={null}
        onRetry={() => undefined}
        empty="Nothing is set: everything has its default."
      />
    </Card>
  );
}

const SETTINGS: readonly Column<Setting>[] = [
  { title: 'Variable', cell: ({ name }) => <code>{name}</code> },
  { title: 'Value', wide: true, cell: (setting) => <Value setting={setting} /> },
  { title: 'What it is for', wide: true, cell: ({ about }) => about || '–' },
];

function Value({ setting: { state, value } }: { setting: Setting }) {
  switch (state) {
    case 'set':
      return <code className={classes['value']}>{value}</code>;
    case 'secret':
      return <Pill tone="gray">set, not shown</Pill>;
    case 'default':
      return (
        <span>
          <code className={classes['value']}>{value}</code>
          <span className={partClasses['note']}>default</span>
        </span>
      );
    default:
      return <span className={partClasses['muted']}>not set</span>;
  }
}
