import { Anchor, Text } from '@mantine/core';

import { linkTo, type Page } from '../address';

interface PageLinkProps {
  before: string;
  page: Page;
  text: string;
}

/** A sentence with a link to another page; what the app sent along stays. */
export function PageLink({ before, page, text }: PageLinkProps) {
  return (
    <Text>
      {before} <Anchor href={linkTo(page, window.location.search)}>{text}</Anchor>
    </Text>
  );
}
