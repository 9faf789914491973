import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeGitHub, type FakeRun, type ServiceProcess } from '@prunella/testing';
import { NETWORK_LOG, networkRule } from './network-failure.ts';
import { type ServiceName, startReplicas } from './replicas.ts';

export { SERVICES, type ServiceName } from './replicas.ts';

const SECRET = 'a-webhook-secret';

/** Without the seconds of waiting. */
const RULES = networkRule('{ type: retry }');

/** Several replicas of every service as processes, on NATS and PostgreSQL of the caller's, with one fake GitHub. */
export interface Fleet {
  github: FakeGitHub;
  services: Record<ServiceName, ServiceProcess[]>;
  /** A run that failed of the network, of a pipeline and commit of its own, in one of `repositories` repositories. */
  failedRun(n: number, repositories: number): FakeRun;
  /** Delivers a signed webhook about a run as it is now, to the detectors in turn; true: it was taken. The same `delivery` id: the same delivery again. */
  deliver(run: FakeRun, delivery: string): Promise<boolean>;
  stop(): Promise<void>;
}

export interface FleetOptions {
  natsUrl: string;
  natsReplicas: 1 | 3;
  databaseUrl: string;
  replicas: number;
  /** Under `version: 1` and the mode. */
  policy: string;
  /** Where the policy says no other. Default: act. */
  mode?: 'act' | 'recommend';
  /** Rules of one's own. Default: that of a network failure, without its waits. */
  rules?: string;
  /** What the processes of one service have besides, or instead. */
  environmentOf?: (name: ServiceName, natsUrl: string) => Record<string, string> | Promise<Record<string, string>>;
  /** Which services there are. Default: all. */
  only?: readonly ServiceName[];
  /** Of which working tree they are. Default: this one. */
  root?: string;
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const directory = await mkdtemp(join(tmpdir(), 'prunella-fleet-'));
  const policy = join(directory, 'prunella.yaml');
  const rules = join(directory, 'rules');
  await mkdir(rules);
  await writeFile(join(rules, 'own.yaml'), options.rules ?? RULES);
  await writeFile(policy, `version: 1\nmode: ${options.mode ?? 'act'}\nreview: { comment: false }\n${options.policy}`);
  const github = await FakeGitHub.start();
  const environment = {
    NATS_URL: options.natsUrl,
    NATS_REPLICAS: String(options.natsReplicas),
    DATABASE_URL: options.databaseUrl,
    PRUNELLA_CONFIG: policy,
    PRUNELLA_RULES_DIR: rules,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'ghp_test',
    GITHUB_WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'warn',
  };
  const { environmentOf, only, root } = options;
  const of = async (name: ServiceName) => (await environmentOf?.(name, options.natsUrl)) ?? {};
  const services = await startReplicas(options.replicas, environment, { of, only, root });
  let turn = 0;
  return {
    github,
    services,
    failedRun(n, repositories) {
      const place = { repository: `acme/shop-${n % repositories}`, branch: `run-${n}` };
      const jobs = [{ name: 'build', conclusion: 'failure' as const, log: NETWORK_LOG }];
      // A commit of its own: the same failure of the same commit would belong to what was healed before.
      return github.addRun({ ...place, headSha: String(n + 1).padStart(40, '0'), jobs });
    },
    async deliver(run, delivery) {
      turn += 1;
      const { url } = services.detector[turn % options.replicas] as ServiceProcess;
      const { body, headers } = github.delivery(run, SECRET);
      const answer = await fetch(`${url}/webhooks/github`, {
        method: 'POST',
        headers: { ...headers, 'x-github-delivery': delivery },
        body,
        signal: AbortSignal.timeout(15_000),
      }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      return answer?.status === 202;
    },
    async stop() {
      await Promise.all(Object.values(services).flatMap((all) => all.map((one) => one.stop())));
      await github.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
