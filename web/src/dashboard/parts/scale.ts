/** A scale of round numbers from 0 to at least `most`: its steps, the last is its end. Of nothing it is only 0. */
export function roundSteps(most: number, wanted = 4): number[] {
  if (most <= 0) return [0];
  const rough = most / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((width) => width >= rough) ?? rough;
  const whole = Math.max(step, 1);
  const end = Math.ceil(most / whole);
  return Array.from({ length: end + 1 }, (_, at) => at * whole);
}

/** Which of `length` places get a label, so that about `wanted` fit; the last one always. */
export function labelled(length: number, wanted: number): number[] {
  if (length <= wanted) return Array.from({ length }, (_, at) => at);
  const gap = Math.ceil((length - 1) / (wanted - 1));
  const places: number[] = [];
  for (let at = length - 1; at >= 0; at -= gap) places.unshift(at);
  return places;
}
