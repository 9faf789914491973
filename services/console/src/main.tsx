import '@mantine/core/styles.css';
import './tokens.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { LiveConnection } from './api/live.ts';
import { createQueryClient } from './api/queries.ts';
import { App } from './app.tsx';
import { LiveContext } from './shell/live-context.ts';
import { colorSchemeManager, theme } from './theme.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root": the console has nowhere to go');

const queryClient = createQueryClient();
const live = new LiveConnection();

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} colorSchemeManager={colorSchemeManager} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <LiveContext value={live}>
          <BrowserRouter>
            <App />
          </BrowserRouter>
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
