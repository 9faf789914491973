import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { areShortcutsOn, keepShortcutsOn } from '../api/shortcuts-on.ts';
import { createKeyReader, type ShortcutAction, shortcutsOf } from '../model/shortcuts.ts';
import { PAGES } from '../shell/pages.ts';
import { focusSearch, hasDialog, isTyping, leaveSearch, stepThroughList } from './places.ts';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';

const SHORTCUTS = shortcutsOf(PAGES.flatMap(({ pages }) => pages));
/** Where there is most to search in, from pages that have nothing to search in. */
const SEARCH_PAGE = '/incidents';

/** The shortcuts of the whole console, and the list of them. It never listens to what is typed into a field. */
export function Keyboard() {
  const navigate = useNavigate();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [on, setOn] = useState(areShortcutsOn);
  const read = useMemo(() => createKeyReader(SHORTCUTS), []);

  function run(action: ShortcutAction): void {
    switch (action.kind) {
      case 'go':
        void navigate(action.to);
        break;
      case 'help':
        setHelpOpen(true);
        break;
      case 'search':
        if (!focusSearch()) void navigate(SEARCH_PAGE, { state: { focusSearch: true } });
        break;
      case 'next':
        stepThroughList(1);
        break;
      case 'previous':
        stepThroughList(-1);
        break;
    }
  }

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === 'Escape') leaveSearch(event.target);
    const isOurs = !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing);
    if (!isOurs || isTyping(event.target) || hasDialog()) return;
    // The list of the shortcuts can be shown always: it is where they are turned on again.
    const action = on || event.key === '?' ? read(event.key, event.timeStamp) : undefined;
    if (action === undefined) return;
    event.preventDefault();
    run(action);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);

  return (
    <ShortcutsDialog
      opened={isHelpOpen}
      onClose={() => setHelpOpen(false)}
      shortcuts={SHORTCUTS}
      on={on}
      onTurn={(wanted) => {
        setOn(wanted);
        keepShortcutsOn(wanted);
      }}
    />
  );
}
