import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@prunella/core';
import { type Context, homeOf } from '../context.ts';
import { PORTS, portVariable, SERVICES, type ServiceName } from '../endpoints.ts';

/** Settings that say that a CI platform is meant: then nobody wants to see simulated pipelines by default. */
const PLATFORM_SETTINGS = [
  'GITHUB_TOKEN',
  'GITHUB_APP_ID',
  'GITHUB_WEBHOOK_SECRET',
  'GITLAB_URL',
  'GITLAB_TOKEN',
  'GITLAB_WEBHOOK_TOKEN',
  'GITLAB_WEBHOOK_SIGNING_TOKEN',
  'JENKINS_URL',
  'JENKINS_WEBHOOK_TOKEN',
  'KUBECONFIG',
];

export interface UpOptions {
  /** Undefined: when no platform is configured. */
  playground?: boolean;
  open: boolean;
  jsonLogs?: true;
  /** Where `<service>/dist/bundle/main.js` are. Default: the checkout's `services`. */
  servicesRoot?: string;
}

/** What `up` is going to run. */
export interface Plan {
  home: string;
  host: string;
  services: { name: ServiceName; main: string; port: number }[];
  /** Undefined: the user's own server. */
  natsPort?: number | undefined;
  postgresPort?: number | undefined;
  /** Whether there is a playground, and why. */
  playground: { on: boolean; because: string };
}

/** @throws ConfigError for a wrong port or a service that is not built. */
export function planOf(context: Pick<Context, 'env' | 'cwd'>, options: UpOptions): Plan {
  const { env } = context;
  const playground = playgroundOf(env, options);
  const root = options.servicesRoot ?? join(import.meta.dirname, '..', '..', '..');
  const services = SERVICES.filter((name) => name !== 'playground' || playground.on).map((name) => ({
    name,
    main: built(join(root, name, 'dist', 'bundle', 'main.js'), name),
    port: portOf(env, portVariable(name)) ?? PORTS[name],
  }));
  return {
    home: homeOf(context),
    host: env['PRUNELLA_HOST'] || '127.0.0.1',
    services,
    natsPort: portOf(env, 'PORT_NATS'),
    postgresPort: portOf(env, 'PORT_POSTGRES'),
    playground,
  };
}

function playgroundOf(env: NodeJS.ProcessEnv, options: UpOptions): Plan['playground'] {
  if (options.playground !== undefined) return { on: options.playground, because: 'you asked for it' };
  const configured = PLATFORM_SETTINGS.find((name) => env[name]);
  return configured === undefined
    ? { on: true, because: 'no CI platform is configured' }
    : { on: false, because: `${configured} is set` };
}

function built(main: string, name: string): string {
  if (!existsSync(main)) throw new ConfigError(`${name} is not built (${main} is missing): run npm run build`);
  return main;
}

function portOf(env: NodeJS.ProcessEnv, variable: string): number | undefined {
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ConfigError(`${variable}: expected a port (0 to 65535), found ${text}`);
}
