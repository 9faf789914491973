import { useEffect } from 'react';
import { Outlet, useLocation } from 'react-router';
import { Brand } from './brand.tsx';
import { ColorSchemeToggle } from './color-scheme-toggle.tsx';
import { ConnectionBadge } from './connection-badge.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { useLive } from './live-context.ts';
import { Navigation } from './navigation.tsx';
import { NavigationDrawer } from './navigation-drawer.tsx';
import { PersonMenu } from './person-menu.tsx';
import classes from './shell.module.css';
import { TokenGate } from './token-gate.tsx';

/** The frame of every page. It holds the live connection, so that going from page to page keeps it. */
export function Shell() {
  const live = useLive();
  const { pathname } = useLocation();
  useEffect(() => live.start(), [live]);
  return (
    <>
      <a href="#main" className={classes['skip']}>
        Skip to the content
      </a>
      <div className={classes['frame']}>
        <div className={classes['side']}>
          <Brand />
          <Navigation />
        </div>
        <div className={classes['body']}>
          <header className={classes['header']}>
            <div className={classes['headerStart']}>
              <NavigationDrawer />
              <Brand />
            </div>
            <div className={classes['headerEnd']}>
              <ConnectionBadge />
              <PersonMenu />
              <ColorSchemeToggle />
            </div>
          </header>
          <main id="main" className={classes['main']} tabIndex={-1}>
            <ErrorBoundary key={pathname}>
              <Outlet />
            </ErrorBoundary>
          </main>
        </div>
      </div>
      <TokenGate />
    </>
  );
}
