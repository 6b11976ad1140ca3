/** Red, green and blue, 0-1, as they are written (sRGB). */
type Rgb = readonly [number, number, number];

/** What WCAG 2 asks of text (1.4.3). */
export const READABLE = 4.5;

/**
 * The colour nearest to `colour` that has at least `target` contrast to every ground: its hue is kept, its lightness
 * moved away from the grounds. Colours are `#rrggbb`; one that cannot be read is treated as middle grey.
 */
export function readable(colour: string, grounds: readonly string[], target = READABLE): string {
  if (lowestContrast(colour, grounds) >= target) return colour.toLowerCase();
  const lch = toLch(parse(colour));
  const away = Math.max(...grounds.map(luminance)) > 0.18 ? 0 : 1;
  let [fails, passes] = [lch.lightness, away];
  for (let step = 0; step < 16; step += 1) {
    const middle = (fails + passes) / 2;
    const tried = format(fromLch({ ...lch, lightness: middle }));
    if (lowestContrast(tried, grounds) >= target) passes = middle;
    else fails = middle;
  }
  return format(fromLch({ ...lch, lightness: passes }));
}

/** Contrast of two colours as WCAG 2 defines it: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** `share` of one colour (0-1), the rest of the other. */
export function mix(one: string, other: string, share: number): string {
  const [a, b] = [parse(one), parse(other)];
  return format([0, 1, 2].map((at) => channel(a, at) * share + channel(b, at) * (1 - share)) as unknown as Rgb);
}

function lowestContrast(colour: string, grounds: readonly string[]): number {
  return Math.min(...grounds.map((ground) => contrast(colour, ground)));
}

function luminance(colour: string): number {
  const [r, g, b] = parse(colour).map(linear) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(colour: string): Rgb {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)?.slice(1) ?? ['80', '80', '80'];
  return digits.map((pair) => Number.parseInt(pair, 16) / 255) as unknown as Rgb;
}

function format(rgb: Rgb): string {
  const pair = (value: number) =>
    Math.round(clamp(value) * 255)
      .toString(16)
      .padStart(2, '0');
  return `#${rgb.map(pair).join('')}`;
}

/** Lightness and colourfulness as the eye sees them (OKLCH); `a` and `b` carry hue and chroma. */
interface Lch {
  lightness: number;
  a: number;
  b: number;
}

function toLch(rgb: Rgb): Lch {
  const [r, g, b] = rgb.map(linear) as unknown as Rgb;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

/** Back again; chroma that the screen cannot show at this lightness is given up, hue is not. */
function fromLch(lch: Lch): Rgb {
  for (let share = 1; share > 0; share -= 0.02) {
    const rgb = exact({ ...lch, a: lch.a * share, b: lch.b * share });
    if (rgb.every((value) => value > -0.001 && value < 1.001)) return rgb;
  }
  return exact({ ...lch, a: 0, b: 0 });
}

function exact({ lightness, a, b }: Lch): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function encoded(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function channel(rgb: Rgb, at: number): number {
  return rgb[at] ?? 0;
}
