import './base.css';

import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { readContext } from './context';
import { setAhead } from './now';
import { pageFor } from './pages';
import { PageContextProvider } from './parts/page-context';
import { brandVariables, theme } from './theme';

// Not awaited at the top: the file of the page needs this one, which would then wait for itself.
void show();

async function show() {
  const context = readContext(document);
  setAhead(context.aheadSeconds ?? 0);
  const Page = await pageFor(context, window.location.pathname);
  createRoot(document.getElementById('root') ?? document.body).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        cssVariablesResolver={brandVariables(context.project.accentColor)}
      >
        <PageContextProvider value={context}>
          <Page />
        </PageContextProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
