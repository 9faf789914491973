import { Button, Menu } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { LogOut, UserRound } from 'lucide-react';
import { sessionQuery } from '../api/answers.ts';
import { call } from '../api/client.ts';
import { ZoneMenu } from '../parts/zone-menu.tsx';
import classes from './shell.module.css';

/** Who is known to sit here, and the way out. */
export function PersonMenu() {
  const { data: session } = useQuery(sessionQuery);
  const leaving = useMutation({
    mutationFn: () => call('/auth/sign-out', { method: 'POST', headers: {} }),
    onSuccess: () => window.location.assign('/'),
  });
  if (session === undefined || session.name === null) return <ZoneMenu />;
  return (
    <>
      <ZoneMenu />
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="subtle" color="gray" size="compact-sm" leftSection={<UserRound size={15} aria-hidden />}>
            <span className={classes['person']}>{session.name}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{session.role}</Menu.Label>
          {session.by === 'session' && (
            <Menu.Item leftSection={<LogOut size={15} aria-hidden />} onClick={() => leaving.mutate()}>
              Sign out
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
