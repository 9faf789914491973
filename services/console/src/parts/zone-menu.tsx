import { Button, Popover, Select, Text } from '@mantine/core';
import { Clock } from 'lucide-react';
import { useMemo, useState } from 'react';
import { chooseZone } from '../api/zone.ts';
import { BROWSER_ZONE, readZone, zoneOptions } from '../model/zone.ts';
import classes from './parts.module.css';
import { Exact } from './timestamp.tsx';
import { useZone } from './use-times.ts';

/** Chooses the time zone in which all times are shown. */
export function ZoneMenu() {
  const zone = useZone();
  const [opened, setOpened] = useState(false);
  const name = zone === BROWSER_ZONE ? 'Local time' : (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} shadow="md" withArrow trapFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<Clock size={15} aria-hidden />}
          onClick={() => setOpened((open) => !open)}
          aria-label={`Time zone: ${name}`}
          data-testid="zone-menu"
        >
          <span className={classes['zoneName']}>{name}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Time zone">
        <ZoneChoiceBox onChosen={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function ZoneChoiceBox({ onChosen }: { onChosen: () => void }) {
  const zone = useZone();
  const options = useMemo(() => zoneOptions(), []);
  const [now] = useState(() => new Date().toISOString());
  return (
    <>
      <Select
        label="Time zone"
        description="For all times here, in this browser."
        data={options}
        value={zone}
        onChange={(picked) => {
          chooseZone(readZone(picked));
          onChosen();
        }}
        searchable
        openOnFocus={false}
        allowDeselect={false}
        limit={100}
        maxDropdownHeight={280}
        nothingFoundMessage="There is no such zone"
        comboboxProps={{ withinPortal: false }}
      />
      <Text size="xs" c="dimmed" mt="xs">
        It is <Exact at={now} />
      </Text>
    </>
  );
}
