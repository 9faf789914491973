import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FakeRun } from '@prunella/testing';
import type { Browser } from 'playwright-core';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { type Incident, incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const SHOTS = 'test-results/console';
const LOG = ['Run npm ci', 'npm error code ETIMEDOUT', '##[error]Process completed with exit code 1.'].join('\n');
const main = join(import.meta.dirname, '..', '..', 'services', 'cli', 'dist', 'bundle', 'main.js');
const execute = promisify(execFile);

// Debian's Chromium is installed by .ci/run; without one there is nothing to look with.
const itWithBrowser = hasBrowser ? it : it.skip;

describe('a system that asks', () => {
  let system: System;
  let home: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'prunella-approval-'));
    await mkdir(SHOTS, { recursive: true });
    system = await startSystem({ policy: 'version: 1\nmode: approve\n' });
  }, 60_000);

  afterAll(async () => {
    await system?.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** A failed run that waits for an answer. */
  async function asked(branch: string): Promise<{ run: FakeRun; incident: Incident }> {
    const run = system.github.addRun({
      branch,
      jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'Run npm ci', log: LOG }],
    });
    expect((await system.deliver(run)).status).toBe(202);
    const waits = ({ state, id }: Incident) => state === 'awaiting_approval' && !answered.has(id);
    const incident = await incidentWith(system, waits, `${branch} waits`);
    answered.add(incident.id);
    return { run, incident };
  }
  const answered = new Set<string>();

  async function prunella(...args: string[]): Promise<string> {
    const env = { PATH: process.env['PATH'], PRUNELLA_URL: system.services.auditor.url, USER: 'ada' };
    const { stdout } = await execute(process.execPath, [main, ...args], { cwd: home, env });
    return stdout;
  }

  it('acts after the yes from the command line, which also says why it was asked', async () => {
    const { run, incident } = await asked('feature/approved');
    await writeFile(join(home, 'prunella.yaml'), 'version: 1\nmode: approve\n');
    const explained = await prunella('policy', 'explain', incident.id);
    expect(explained).toMatch(/^asking {2}Asking before retry_with_backoff for network/);
    expect(explained).toMatch(/no {3}mode +mode is approve/);
    expect(system.github.effects).toEqual([]);
    expect(await prunella('approve', incident.id, '--reason', 'known to be flaky')).toBe(
      `approved by ada: retry_with_backoff of ${incident.id}, attempt 1\n`,
    );
    await until(() => system.github.effects.includes(`acme/shop#${run.id} -> 2`), 'the rerun');
    await expect(prunella('approve', incident.id)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected an incident that waits for an answer'),
    });
  }, 60_000);

  it('does nothing after the no', async () => {
    const { run, incident } = await asked('feature/rejected');
    await prunella('reject', incident.id, '--by', 'bob');
    await until(async () => {
      const page = await system.api<Incident & { reason: string }>(`/v1/incidents/${incident.id}`);
      return page.state === 'handed_over' && /Rejected by bob/.test(page.reason);
    }, 'handed over');
    expect(system.github.effects).not.toContain(`acme/shop#${run.id} -> 2`);
  }, 60_000);

  itWithBrowser(
    'acts after the yes in the console (skipped where /usr/bin/chromium is not installed)',
    async () => {
      const { run, incident } = await asked('feature/in-the-browser');
      const browser: Browser = await startBrowser();
      try {
        const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
        await page.goto(`${system.services.auditor.url}/incidents/${incident.id}`);
        const panel = page.getByTestId('approval');
        await panel.waitFor();
        expect(await panel.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
        await panel.getByLabel('Your name').fill('Grace');
        await panel.getByLabel('Why').fill('The registry is back.');
        await page.screenshot({ path: `${SHOTS}/approval.png`, fullPage: true });
        await panel.getByRole('button', { name: 'Approve' }).click();
        await until(() => system.github.effects.includes(`acme/shop#${run.id} -> 2`), 'the rerun');
        await panel.waitFor({ state: 'detached' });
        await page.getByText('Approved by Grace').first().waitFor();
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});
