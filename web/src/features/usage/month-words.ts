const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' });
const SHORT = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });

/** The month of a day like 2026-11-21: "November". */
export function monthWords(day: string): string {
  return MONTH.format(Date.parse(`${day}T00:00:00Z`));
}

/** As many days of the month before as have begun in the month of this day: "1 to 21 Oct". */
export function daysBefore(day: string): string {
  const [year = 0, month = 1, number = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1, 0));
  const until = Math.min(number, last.getUTCDate());
  return `${until === 1 ? '1' : `1 to ${until}`} ${SHORT.format(last)}`;
}
