import { ActionIcon, Drawer } from '@mantine/core';
import { Menu } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { Navigation } from './navigation.tsx';

/** The navigation where the window is too narrow for a side bar. */
export function NavigationDrawer() {
  const [open, setOpen] = useState(false);
  const { key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever goes to a page is done with the menu
  useEffect(() => setOpen(false), [key]);
  return (
    <>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Pages" onClick={() => setOpen(true)}>
        <Menu size={20} aria-hidden />
      </ActionIcon>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        size={268}
        title="Prunella"
        closeButtonProps={{ 'aria-label': 'Close the pages' }}
      >
        <Navigation />
      </Drawer>
    </>
  );
}
