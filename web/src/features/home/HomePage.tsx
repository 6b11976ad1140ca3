import { useState } from 'react';

import { usePageContext } from '../../parts/page-context';
import { Developer } from './Developer';
import { HomeFrame } from './HomeFrame';
import { Welcome } from './Welcome';

/** `/`: what dream-api is, or, for a developer who is signed in, where he stands. */
export function HomePage() {
  const context = usePageContext();
  const [user, setUser] = useState(context.user);
  return (
    <HomeFrame wide={!user}>
      {user ? <Developer user={user} onSignedOut={() => setUser(null)} /> : <Welcome />}
    </HomeFrame>
  );
}
