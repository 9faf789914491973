import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Page } from 'playwright-core';

/** What CI keeps. */
const KEPT = 'test-results/console';
/** What the documents show: the top of these pages, at the size of the window. UPDATE_IMAGES=1 renews them. */
const SHOWN = new Set(['incident-light', 'backtest-result-light', 'reports-light', 'learning-light', 'settings-light']);

/** Takes a picture of a page, by default of its whole height. */
export async function shoot(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  const path = `${KEPT}/${name}.png`;
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ path, fullPage });
  if (process.env['UPDATE_IMAGES'] !== '1' || !SHOWN.has(name)) return;
  await page.evaluate('window.scrollTo(0, 0)');
  await page.screenshot({ path: `docs/images/${name.replace(/-light$/, '')}.png` });
}
