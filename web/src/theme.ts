/** Every colour, size and distance of the pages; nothing else names one. */
import {
  type CSSVariablesResolver,
  colorsTuple,
  createTheme,
  defaultVariantColorsResolver,
  type VariantColorsResolver,
} from '@mantine/core';

import { mix, readable } from './colour';

const ACCENT = '#5b5bd6';
const SUCCESS = '#1a7f4b';
const WARNING = '#b45309';
const DANGER = '#c62a2f';

/** `page` is the ground behind, `card` the one in front; `rim` is around buttons, `edge` around fields (3:1). */
const LIGHT = {
  page: '#f6f7fa',
  card: '#ffffff',
  ink: '#0b1020',
  muted: '#5a6274',
  line: '#dfe3ea',
  rim: '#c9cfda',
  edge: '#868fa0',
};
const DARK = {
  page: '#0d1117',
  card: '#151a23',
  ink: '#e8eaf2',
  muted: '#9aa3b5',
  line: '#2a3140',
  rim: '#3a4356',
  edge: '#6b7589',
};

/** Test mode is amber in both themes: dark ink on it. */
const AMBER = { ground: '#f5b544', ink: '#2b1a00' };

/** Colours that the theme makes itself, by the name of their variables. */
const STRONG = ['accent', 'danger'];

const variantColors: VariantColorsResolver = (input) => {
  const name = input.color ?? input.theme.primaryColor;
  if (input.variant !== 'filled' || !STRONG.includes(name)) return defaultVariantColorsResolver(input);
  return {
    background: `var(--${name})`,
    hover: `var(--${name}-hover)`,
    color: `var(--on-${name})`,
    border: '1px solid transparent',
  };
};

/** Help and errors stand below a field. */
const BELOW = { inputWrapperOrder: ['label', 'input', 'description', 'error'] };

/** Shapes and sizes, the same for every brand. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 6,
  colors: { accent: colorsTuple(ACCENT), danger: colorsTuple(DANGER) },
  variantColorResolver: variantColors,
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px', '2xl': '32px', '3xl': '48px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  defaultRadius: 'md',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '1.3' },
      h2: { fontSize: '16px', lineHeight: '1.4' },
      h3: { fontSize: '14px', lineHeight: '1.5' },
    },
  },
  shadows: { md: '0 1px 2px rgb(11 16 32 / 6%), 0 8px 24px rgb(11 16 32 / 8%)' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Anchor: { defaultProps: { underline: 'always' } },
    Button: { defaultProps: { variant: 'filled', size: 'md' } },
    TextInput: { defaultProps: BELOW },
    PasswordInput: { defaultProps: BELOW },
    Textarea: { defaultProps: BELOW },
    NativeSelect: { defaultProps: BELOW },
    Modal: { defaultProps: { transitionProps: { duration: 120 } } },
  },
});

/** The colours of both themes, around the accent of a brand, changed as far as it must be to be read. */
export function brandVariables(accent: string | null): CSSVariablesResolver {
  return () => ({
    variables: { '--test-ground': AMBER.ground, '--test-ink': AMBER.ink },
    light: palette(LIGHT, accent ?? ACCENT),
    dark: palette(DARK, accent ?? ACCENT),
  });
}

/** The accent of a brand as both themes show it, and what is written on it. */
export function accents(accent: string | null): Record<'light' | 'dark', { accent: string; onAccent: string }> {
  const of = (grounds: typeof LIGHT) => ({ accent: onBoth(accent ?? ACCENT, grounds), onAccent: grounds.card });
  return { light: of(LIGHT), dark: of(DARK) };
}

function palette(grounds: typeof LIGHT, brand: string): Record<string, string> {
  const accent = onBoth(brand, grounds);
  const danger = onBoth(DANGER, grounds);
  const success = onBoth(SUCCESS, grounds);
  const warning = onBoth(WARNING, grounds);
  return {
    '--page': grounds.page,
    '--card': grounds.card,
    '--line': grounds.line,
    '--accent': accent,
    '--accent-hover': mix(accent, grounds.ink, 0.86),
    '--accent-soft': mix(accent, grounds.card, 0.1),
    '--accent-strong': onSoft(accent, grounds),
    '--on-accent': grounds.card,
    '--danger': danger,
    '--danger-hover': mix(danger, grounds.ink, 0.86),
    '--danger-soft': mix(danger, grounds.card, 0.08),
    '--danger-strong': onSoft(danger, grounds),
    '--on-danger': grounds.card,
    '--success': success,
    '--success-soft': mix(success, grounds.card, 0.1),
    '--success-strong': onSoft(success, grounds),
    '--warning': warning,
    '--warning-soft': mix(warning, grounds.card, 0.1),
    '--warning-strong': onSoft(warning, grounds),
    '--mantine-color-body': grounds.card,
    '--mantine-color-text': grounds.ink,
    '--mantine-color-bright': grounds.ink,
    '--mantine-color-dimmed': grounds.muted,
    '--mantine-color-placeholder': grounds.muted,
    '--mantine-color-anchor': accent,
    '--mantine-color-error': danger,
    '--mantine-color-default': grounds.card,
    '--mantine-color-default-hover': grounds.page,
    '--mantine-color-default-color': grounds.ink,
    '--mantine-color-default-border': grounds.rim,
    '--mantine-primary-color-filled': accent,
    // Edge and ground of fields: the library takes them from its greys.
    '--mantine-color-gray-4': grounds.edge,
    '--mantine-color-dark-4': grounds.edge,
    '--mantine-color-dark-6': grounds.page,
  };
}

/** The colour as it is written on its own soft ground. */
function onSoft(colour: string, grounds: typeof LIGHT): string {
  return readable(colour, [mix(colour, grounds.card, 0.1), mix(colour, grounds.page, 0.1)]);
}

function onBoth(colour: string, grounds: typeof LIGHT): string {
  return readable(colour, [grounds.page, grounds.card]);
}
