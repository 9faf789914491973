import { Modal, Switch } from '@mantine/core';
import { Fragment } from 'react';
import type { Shortcut } from '../model/shortcuts.ts';
import classes from './keyboard.module.css';

interface ShortcutsDialogProps {
  opened: boolean;
  onClose: () => void;
  shortcuts: readonly Shortcut[];
  on: boolean;
  onTurn: (on: boolean) => void;
}

/** The browser does these; they are no less worth knowing. */
const OWN: readonly Pick<Shortcut, 'keys' | 'says'>[] = [
  { keys: ['Enter'], says: 'Open what is marked' },
  { keys: ['Esc'], says: 'Close, or leave the search' },
];

/** The list of all shortcuts. */
export function ShortcutsDialog({ opened, onClose, shortcuts, on, onTurn }: ShortcutsDialogProps) {
  const pages = shortcuts.filter(({ keys }) => keys[0] === 'g');
  const others = shortcuts.filter(({ keys }) => keys[0] !== 'g');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Keyboard shortcuts"
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes['groups']} data-testid="shortcuts">
        <Group title="Everywhere" shortcuts={[...others, ...OWN]} />
        <Group title="Go to a page" shortcuts={pages} />
      </div>
      <Switch
        mt="md"
        checked={on}
        onChange={(event) => onTurn(event.currentTarget.checked)}
        label="Shortcuts of one key"
        description="Turn them off where you dictate, or where they get in your way. Tab and Enter reach everything all the same."
      />
    </Modal>
  );
}

function Group({ title, shortcuts }: { title: string; shortcuts: readonly Pick<Shortcut, 'keys' | 'says'>[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className={classes['list']}>
        {shortcuts.map(({ keys, says }) => (
          <div key={keys.join(' ')}>
            <dt>{says}</dt>
            <dd>
              {keys.map((key, at) => (
                <Fragment key={key}>
                  {at > 0 && <span> then </span>}
                  <kbd>{key}</kbd>
                </Fragment>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
