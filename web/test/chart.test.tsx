import { MantineProvider } from '@mantine/core';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';

import { Chart } from '../src/dashboard/parts/Chart';
import { labelled, roundSteps } from '../src/dashboard/parts/scale';
import { setAhead } from '../src/now';
import { dayOf } from '../src/times';

const DAYS = ['2026-11-19', '2026-11-20', '2026-11-21'];

function show(days: string[]) {
  const series = [{ name: 'Requests', tone: 'accent' as const, values: days.map((_, at) => at * 10) }];
  render(
    <MantineProvider env="test">
      <Chart label="Requests by day" kind="bars" days={days} series={series} words={String} short={String} />
    </MantineProvider>,
  );
}

/** What stands below the last day. */
function lastLabel() {
  return [...document.querySelectorAll('text')].at(-1);
}

afterEach(() => setAhead(0));

test('arrow keys walk through the days and say each value', () => {
  show(DAYS);
  const chart = screen.getByRole('slider', { name: 'Requests by day' });
  expect(chart.getAttribute('aria-valuetext')).toBe('21 Nov: Requests 20');
  fireEvent.keyDown(chart, { key: 'ArrowLeft' });
  expect(chart.getAttribute('aria-valuetext')).toBe('20 Nov: Requests 10');
  fireEvent.keyDown(chart, { key: 'Home' });
  fireEvent.keyDown(chart, { key: 'ArrowLeft' });
  expect(chart.getAttribute('aria-valuetext')).toBe('19 Nov: Requests 0');
});

test('a table holds the same values', () => {
  show(DAYS);
  expect(screen.getAllByRole('cell', { hidden: true }).map((cell) => cell.textContent)).toEqual(['0', '10', '20']);
});

test('the last day is called today only if business time says so, also when that was moved', () => {
  const dayMs = 86_400_000;
  const [today, later] = [0, 40].map((days) => dayOf(Date.now() + days * dayMs));
  show([today ?? '', later ?? '']);
  expect(screen.getByText('Today')).not.toBe(lastLabel());
  act(() => setAhead((40 * dayMs) / 1000));
  expect(screen.getByText('Today')).toBe(lastLabel());
});

test('one day is no chart', () => {
  show(DAYS.slice(0, 1));
  expect(screen.queryByRole('slider')).toBeNull();
});

test.each([
  [0, [0]],
  [3, [0, 1, 2, 3]],
  [97, [0, 25, 50, 75, 100]],
  [412_300, [0, 200_000, 400_000, 600_000]],
])('a scale for %i ends on a round number', (most, steps) => {
  expect(roundSteps(most)).toEqual(steps);
});

test('the last day always has its label', () => {
  expect(labelled(30, 4)).toEqual([9, 19, 29]);
  expect(labelled(3, 5)).toEqual([0, 1, 2]);
});
