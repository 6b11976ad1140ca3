/** Signs of the dashboard, drawn on 20 × 20 with strokes. */
const PATHS = {
  overview: 'M3 17V9m4.7 8V4m4.6 13v-6M17 17V7',
  customers:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 3.8a3 3 0 0 1 0 5.4M15.5 12.6c1.6.8 2.5 2.4 2.5 4.4',
  plans: 'M3 6.5 10 3l7 3.5-7 3.5-7-3.5ZM3 10l7 3.5 7-3.5M3 13.5 10 17l7-3.5',
  orders: 'M5 2.5h10v15l-2.5-1.7L10 17.5l-2.5-1.7L5 17.5v-15ZM7.5 6.5h5M7.5 10h5',
  products: 'M10 2.5 16.5 6v8L10 17.5 3.5 14V6L10 2.5ZM3.5 6 10 9.7 16.5 6M10 9.7v7.8',
  usage: 'M4.6 15.5a7.5 7.5 0 1 1 10.8 0M10 10.8l3.2-3.6M10 11.5a.7.7 0 1 0 0-1.4.7.7 0 0 0 0 1.4Z',
  events: 'M11 2.5 4.5 11.5H9l-.5 6 6.5-9H10.5l.5-6Z',
  developers: 'm6.5 6.5-4 3.5 4 3.5m7-7 4 3.5-4 3.5M11.5 4l-3 12',
  settings:
    'M10 12.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM10 2v2.3m0 11.4V18m8-8h-2.3M4.3 10H2m13.7-5.7L14 6M6 14l-1.7 1.7m11.4 0L14 14M6 6 4.3 4.3',
  start: 'm3 5.5 1.5 1.5L7 4M3 14.5 4.5 16 7 13m3-7.5h7m-7 9h7',
  totals: 'M10 3v7h7A7 7 0 1 1 10 3ZM13 2.6A7 7 0 0 1 17.4 7H13V2.6Z',
  billing: 'M2.5 5.5h15v9.5h-15zM2.5 8.5h15M5 12h3',
  projects: 'M3 3.5h5.5V9H3zM11.5 3.5H17V9h-5.5zM3 11.5h5.5V17H3zM11.5 11.5H17V17h-5.5z',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.3 13.3 17.5 17.5',
  help: 'M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM7.7 7.6a2.3 2.3 0 1 1 3.3 2.1c-.7.4-1 .8-1 1.6M10 14v.1',
  account: 'M10 10.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3.5 17.5c.5-3.3 3-5 6.5-5s6 1.7 6.5 5',
  fold: 'M3 4h14v12H3zM8 4v12',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  more: 'M4.5 10v.01M10 10v.01M15.5 10v.01',
  plus: 'M10 4v12M4 10h12',
  check: 'm4 10.5 4 4 8-9',
  cross: 'm5 5 10 10M15 5 5 15',
  copy: 'M7.5 7.5h9v9h-9zM12.5 7.5v-4h-9v9h4',
  up: 'M10 16V4.5M5 9l5-5 5 5',
  down: 'M10 4v11.5M5 11l5 5 5-5',
  left: 'm12.5 4.5-5.5 5.5 5.5 5.5',
  right: 'm7.5 4.5 5.5 5.5-5.5 5.5',
  updown: 'm6.5 8 3.5-3.5L13.5 8m-7 4 3.5 3.5 3.5-3.5',
  warning: 'M10 3 1.8 17h16.4L10 3ZM10 8v4m0 2.5v.1',
  leave: 'M8 3.5H3.5v13H8M12.5 6.5 16 10l-3.5 3.5M16 10H7.5',
  outside: 'M8 4.5H4v11.5h11.5V12M11.5 3.5h5v5M16.5 3.5 9.5 10.5',
  key: 'M12.7 11.3a4 4 0 1 0-4-4c0 .5.1 1 .3 1.5L3 14.5V17h3v-2h2v-2h1.5l1.7-1.9c.5.1 1 .2 1.5.2ZM13.5 6.5v.1',
} as const;

export type IconName = keyof typeof PATHS;

/** A sign beside words that say the same. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.5 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: 'none' }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
