import { createTheme, localStorageColorSchemeManager, Tooltip } from '@mantine/core';

/** The violet of Prunella vulgaris. */
const prunella = [
  '#f5f2fc',
  '#e8e1f7',
  '#d0c3ee',
  '#b5a1e4',
  '#9f85da',
  '#8b6dd1',
  '#7353c2',
  '#6345ab',
  '#543a94',
  '#45307c',
] as const;

const dark = [
  '#ecebf1',
  '#b5b2c1',
  '#928ea2',
  '#6b6779',
  '#3f3c49',
  '#302e38',
  '#25232c',
  '#1b1a20',
  '#17161b',
  '#131217',
] as const;

const SANS = "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif";

/** The key that `public/color-scheme.js` reads, too. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'prunella-color-scheme' });

export const theme = createTheme({
  primaryColor: 'prunella',
  // White on the lighter shades is not read well enough.
  primaryShade: 6,
  colors: { prunella, dark },
  fontFamily: SANS,
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, Menlo, Consolas, monospace",
  headings: { fontFamily: SANS, fontWeight: '620' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 250, withArrow: true, events: { hover: true, focus: true, touch: true } },
    }),
  },
});
