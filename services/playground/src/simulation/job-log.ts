import type { Random } from '@prunella/core';
import { LogWriter } from './log-writer.ts';
import type { Breakdown } from './scenario.ts';

/** What a log is written from. */
export interface JobFacts {
  repository: string;
  branch: string;
  headSha: string;
  job: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** undefined: the job passed. */
  breakdown: Breakdown | undefined;
}

/** The log of one job, as a runner would write it; the same for the same facts and chances. */
export function jobLog(facts: JobFacts, random: Random): string {
  const writer = new LogWriter(facts.startedAt);
  setUp(writer, facts);
  checkOut(writer, facts);
  warmUp(writer);
  if (facts.breakdown === undefined) pass(writer, facts.job);
  else facts.breakdown.log(writer, random);
  cleanUp(writer);
  return writer.text();
}

function setUp(writer: LogWriter, { job, repository }: JobFacts): void {
  writer
    .line("Current runner version: '2.329.0'")
    .group('Runner Image Provisioner', ['Hosted Compute Agent', 'Version: 20261016.436', 'Simulated by the playground'])
    .group('Operating System', ['Ubuntu', '24.04.3', 'LTS'])
    .group('GITHUB_TOKEN Permissions', ['Contents: read', 'Metadata: read', 'Packages: read'])
    .line('Secret source: Actions')
    .line('Prepare workflow directory')
    .line('Prepare all required actions')
    .line('Getting action download info')
    .line("Download action repository 'actions/checkout@v5' (SHA:08c6903cd8c0fde910a37f88322edcfb5dd907a8)")
    .line("Download action repository 'actions/setup-node@v6' (SHA:2028fbc5c25fe9cf00d9f06a71cc4710d4507903)")
    .line(`Complete job name: ${job}`)
    .line(`Repository of this simulated job: ${repository}`);
}

function checkOut(writer: LogWriter, { repository, branch, headSha }: JobFacts): void {
  writer
    .group('Run actions/checkout@v5', [
      'with:',
      `  repository: ${repository}`,
      '  token: ***',
      '  fetch-depth: 1',
      '  persist-credentials: true',
    ])
    .line(`Syncing repository: ${repository}`)
    .group('Getting Git version info', [
      "Working directory is '/home/runner/work/app/app'",
      '[command]/usr/bin/git version',
      'git version 2.51.2',
    ])
    .group('Initializing the repository', [
      '[command]/usr/bin/git init /home/runner/work/app/app',
      'Initialized empty Git repository in /home/runner/work/app/app/.git/',
    ])
    .group('Fetching the repository', [
      `[command]/usr/bin/git -c protocol.version=2 fetch --no-tags --prune --depth=1 origin +${headSha}:refs/remotes/origin/${branch}`,
      'From https://git.playground.example',
      ` * [new ref]         ${headSha} -> origin/${branch}`,
    ])
    .group('Checking out the ref', [
      `[command]/usr/bin/git checkout --progress --force -B ${branch} refs/remotes/origin/${branch}`,
      `Switched to a new branch '${branch}'`,
    ])
    .line('[command]/usr/bin/git log -1 --format=%H')
    .line(headSha);
}

function warmUp(writer: LogWriter): void {
  writer
    .group('Run actions/setup-node@v6', ['with:', '  node-version: 24', '  cache: npm', '  always-auth: false'])
    .line('Found in cache @ /opt/hostedtoolcache/node/24.11.1/x64')
    .group('Environment details', ['node: v24.11.1', 'npm: 11.6.2', 'yarn: 1.22.22'])
    .line('[command]/opt/hostedtoolcache/node/24.11.1/x64/bin/npm config get cache')
    .line('/home/runner/.npm')
    .line('Cache hit for: node-cache-Linux-x64-npm-6f1c0a6bd8f1');
}

function pass(writer: LogWriter, job: string): void {
  writer
    .command('npm ci')
    .line('added 412 packages, and audited 431 packages in 6s')
    .line('found 0 vulnerabilities')
    .command(`npm run ${job}`)
    .line('> app@3.8.1 ci')
    .line('Done in 4.81s.');
}

function cleanUp(writer: LogWriter): void {
  writer
    .line('Post job cleanup.')
    .line('[command]/usr/bin/git version')
    .line('git version 2.51.2')
    .line('[command]/usr/bin/git config --local --name-only --get-regexp core\\.sshCommand')
    .line('Cleaning up orphan processes');
}
