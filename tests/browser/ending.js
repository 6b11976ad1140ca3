/** Closes what a test file opened, also where its `before` fails half way: what stays open would keep the file running. */
import { after } from 'node:test';

/** How to close each of it, as soon as it is there. */
const opened = [];

after(async () => {
  const all = await Promise.allSettled(opened);
  await Promise.all(all.map(({ value: close }) => close?.()));
});

/** Opens something that is closed when the file is over. Closing it before does no harm. */
export function untilTheEnd(opening, close) {
  opened.push(opening.then((one) => () => close(one)));
  return opening;
}
