import { bad, type Finding, note, ok } from '@prunella/core';
import type { DetectorEnvironment } from '../environment.ts';
import type { HeardSender } from '../intake/webhook-book.ts';

/** A sender of webhooks as it is set up. */
interface Sender {
  /** As the source is called. */
  source: string;
  title: string;
  path: string;
  /** What it proves itself with; one of them is enough. */
  secrets: readonly (keyof DetectorEnvironment & string)[];
  /** What says that it is used here; one of them is enough. */
  usedBy: readonly string[];
  docs: string;
}

const SENDERS: readonly Sender[] = [
  {
    source: 'github',
    title: 'GitHub webhook',
    path: '/webhooks/github',
    secrets: ['GITHUB_WEBHOOK_SECRET'],
    usedBy: ['GITHUB_TOKEN', 'GITHUB_APP_ID', 'GITHUB_API_URL'],
    docs: 'docs/guide/github.md',
  },
  {
    source: 'gitlab',
    title: 'GitLab webhook',
    path: '/webhooks/gitlab',
    secrets: ['GITLAB_WEBHOOK_TOKEN', 'GITLAB_WEBHOOK_SIGNING_TOKEN'],
    usedBy: ['GITLAB_TOKEN', 'GITLAB_URL'],
    docs: 'docs/guide/gitlab.md',
  },
  {
    source: 'jenkins',
    title: 'Jenkins webhook',
    path: '/webhooks/jenkins',
    secrets: ['JENKINS_WEBHOOK_TOKEN'],
    usedBy: ['JENKINS_URL'],
    docs: 'docs/guide/jenkins.md',
  },
  {
    source: 'alertmanager',
    title: 'Alertmanager',
    path: '/webhooks/alertmanager',
    secrets: [],
    usedBy: ['PROMETHEUS_URL'],
    docs: 'docs/guide/alertmanager.md',
  },
];

/** Longer than a weekend: somebody should look whether it still sends. */
const QUIET_MS = 4 * 86_400_000;

/** How each sender that is used here is set up, and when it was heard. Pure. @param now ms since the epoch. */
export function webhookFindings(
  environment: Readonly<Record<string, unknown>>,
  heard: ReadonlyMap<string, HeardSender>,
  now: number,
): Finding[] {
  const findings = SENDERS.flatMap((sender) => findingsOf(sender, environment, heard.get(sender.source), now));
  if (environment['PRUNELLA_INSECURE_WEBHOOKS'] !== true) return findings;
  return [
    bad(
      'webhooks',
      'PRUNELLA_INSECURE_WEBHOOKS is on: whoever reaches the detector can tell it of failures',
      'set the secrets, and take it away; it is for trying things out only',
    ),
    ...findings,
  ];
}

function findingsOf(
  { title, path, secrets, usedBy, docs }: Sender,
  environment: Readonly<Record<string, unknown>>,
  heard: HeardSender | undefined,
  now: number,
): Finding[] {
  const isSet = secrets.length === 0 || secrets.some((name) => Boolean(environment[name]));
  const isUsed = heard !== undefined || usedBy.some((name) => Boolean(environment[name]));
  const configured = secrets.length > 0 && isSet;
  if (!isUsed && !configured) return [];
  const names = secrets.join(' or ');
  if (!isSet) {
    return [
      note(
        title,
        `${names} is not set: what it sends is refused (401), and runs are found minutes later, by asking`,
        `set it, and the same secret at the sender, which sends to ${path}`,
        docs,
      ),
    ];
  }
  const { takenAt, refusedAt } = heard ?? {};
  if (refusedAt !== undefined && Date.parse(refusedAt) > Date.parse(takenAt ?? '1970-01-01')) {
    const found = `the newest message was refused (${refusedAt}), the newest that was taken: ${takenAt ?? 'none'}`;
    return [bad(title, found, `make the secret at the sender the same as ${names || 'PRUNELLA_API_TOKEN'}`, docs)];
  }
  if (takenAt === undefined) {
    return [
      note(
        title,
        'it was never heard',
        `let it send to <address of the detector>${path}, and look there whether it arrives`,
        docs,
      ),
    ];
  }
  const found = `heard last at ${takenAt}`;
  return [
    now - Date.parse(takenAt) < QUIET_MS
      ? ok(title, found)
      : note(title, found, `look at the sender whether it still sends to ${path}, and what came back`, docs),
  ];
}
