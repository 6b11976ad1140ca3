import { Anchor } from '@mantine/core';

import { usePageContext } from '../../parts/page-context';

/** The way back, where the app named one that its project allows. */
export function BackToApp() {
  const { redirect, project, isRoot } = usePageContext();
  const url = isRoot ? (redirect.url ?? '/') : redirect.url;
  if (!url) return null;
  return <Anchor href={url}>Back to {project.name}</Anchor>;
}
