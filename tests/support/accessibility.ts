import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Only what is wrong is described: to describe all the rest as well takes most of the time. */
const RUN = `axe.run(document, { resultTypes: ['violations'] })`;

/** What keeps people from a page as it is shown now: axe's serious and critical findings with their elements, and whether it is wider than the window. */
export async function faultsOf(page: Page): Promise<unknown[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(await axe);
  const { violations } = (await page.evaluate(RUN)) as AxeResults;
  const faults: unknown[] = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  const overflow = await overflowOf(page);
  return overflow === 0 ? faults : [...faults, ['too wide', overflow]];
}

/** By how many pixels a page is wider than the window. */
export async function overflowOf(page: Page): Promise<number> {
  return (await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')) as number;
}
