import './styles.css';

import { Button } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { Frame } from '../parts/Frame';
import { usePageContext } from '../parts/page-context';
import { offerToInstall } from './install';
import { SaidProvider } from './parts/Said';
import { signInHere } from './parts/States';
import { newQueries } from './queries';
import { newRouter } from './routes';

/** Everything below `/dashboard`. */
export function Dashboard() {
  const { user } = usePageContext();
  useEffect(() => offerToInstall(document, navigator.serviceWorker), []);
  return user ? <Opened /> : <SignedOut />;
}

function Opened() {
  const [queries] = useState(newQueries);
  const [router] = useState(newRouter);
  return (
    <QueryClientProvider client={queries}>
      <SaidProvider>
        <RouterProvider router={router} />
      </SaidProvider>
    </QueryClientProvider>
  );
}

function SignedOut() {
  return (
    <Frame title="Sign in to your dashboard" about="It shows your projects, customers, plans and keys.">
      <Button component="a" href={signInHere()} h={44} fullWidth>
        Sign in
      </Button>
      <Button component="a" href="/signup" variant="default" h={44} fullWidth mt="md">
        Sign up
      </Button>
    </Frame>
  );
}
