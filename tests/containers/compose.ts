import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const PROJECT = 'prunella-test';
export const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator', 'playground'] as const;
const WATCHERS = ['prometheus', 'alertmanager'] as const;
export type Service = (typeof SERVICES)[number];

/** Where each listens in its container. */
const PORTS = {
  ...{ auditor: 7100, detector: 7101, diagnoser: 7102, remediator: 7103, playground: 7110 },
  ...{ prometheus: 9090, alertmanager: 9093 },
};

/** What `docker inspect` says of a container; only what is looked at here. */
export interface Container {
  Id: string;
  Name: string;
  RestartCount: number;
  State: { Status: string; Pid: number; ExitCode: number; Health?: { Status: string } };
  Config: { User: string; Labels: Record<string, string> };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[] | null;
    CapAdd: string[] | null;
    Memory: number;
    PidsLimit: number | null;
    SecurityOpt: string[] | null;
    RestartPolicy: { Name: string };
    PortBindings: Record<string, { HostIp: string }[]> | null;
  };
  Mounts: { Name?: string; Destination: string; RW: boolean }[];
}

export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { maxBuffer: 1 << 26 });
  return stdout.trim();
}

/** docker-compose.yml as it is, with the images of this tree, on free ports, under a name of its own. */
export class Compose {
  private constructor(
    private readonly folder: string,
    private readonly environment: Record<string, string>,
  ) {}

  /** Starts everything, as a user does, and waits until it is healthy. @param rules a rule pack of the user's own. */
  static async up(policy: string, rules: string): Promise<Compose> {
    const folder = await mkdtemp(join(tmpdir(), 'prunella-compose-'));
    await run('chmod', ['755', folder]);
    await mkdir(join(folder, 'prunella-rules'));
    await writeFile(join(folder, 'prunella.yaml'), policy);
    await writeFile(join(folder, 'prunella-rules', 'own.yaml'), rules);
    const ports = Object.keys(PORTS).map((service) => [`PORT_${service.toUpperCase()}`, '0']);
    const compose = new Compose(folder, {
      ...Object.fromEntries(ports),
      PRUNELLA_TAG: 'test',
      PRUNELLA_CONFIG_DIR: folder,
      // Runs begin when a test says so.
      PLAYGROUND_QUIET: 'true',
      LOG_LEVEL: 'warn',
    });
    await compose.do('down', '--volumes', '--timeout', '1');
    await compose.start().catch(async (error: unknown) => {
      throw new Error(`${error}\n${await compose.do('logs', '--tail', '30').catch(() => '')}`);
    });
    return compose;
  }

  /** `docker compose ...` of this project. */
  async do(...args: string[]): Promise<string> {
    return await this.with({}, ...args);
  }

  private async with(variables: Record<string, string>, ...args: string[]): Promise<string> {
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...dockerVariables(),
      ...this.environment,
      ...variables,
    };
    const { stdout } = await run('docker', ['compose', '--project-name', PROJECT, ...args], {
      env,
      maxBuffer: 1 << 26,
    });
    return stdout.trim();
  }

  /** @param variables beside those that it has always. */
  async start(variables: Record<string, string> = {}): Promise<void> {
    await this.with(variables, 'up', '--detach', '--wait', '--wait-timeout', '180', '--no-build');
  }

  /** Starts Prometheus and Alertmanager of the profile `observability` beside the others. */
  async watch(): Promise<void> {
    await this.do('--profile', 'observability', 'up', '--detach', '--no-build', ...WATCHERS);
  }

  /** Stops what `watch` has started. */
  async unwatch(): Promise<void> {
    await this.do('--profile', 'observability', 'rm', '--stop', '--force', ...WATCHERS);
  }

  /**
   * Signs in at NATS from inside a service's container, with the password that is seen there, says some lines of NATS' protocol, and hears what the server has against them.
   * @param connect what to sign in with in place of that.
   */
  async natsSays(service: Service, lines: readonly string[], connect?: string): Promise<string[]> {
    const own = `JSON.stringify({ verbose: false, user: '${service}', pass: fs.readFileSync('/run/nats/password', 'utf8') })`;
    const said = lines.map((line) => `${line}\r\n`).join('');
    const program = `
      const connect = ${connect === undefined ? own : JSON.stringify(connect)};
      const socket = net.connect(4222, 'nats');
      let heard = '';
      socket.setEncoding('utf8').on('data', (text) => {
        heard += text;
        if (heard.includes('PONG')) socket.end();
      });
      socket.on('close', () => console.log(heard.split('\\r\\n').filter((line) => line.startsWith('-ERR')).join('\\n')));
      socket.write('CONNECT ' + connect + '\\r\\n' + ${JSON.stringify(said)} + 'PING\\r\\n');`;
    const heard = await this.do('exec', service, 'node', '-e', program);
    return heard.split('\n').filter((line) => line !== '');
  }

  async down(): Promise<void> {
    await this.do('down', '--volumes', '--timeout', '5');
    await rm(this.folder, { recursive: true, force: true });
  }

  async containers(): Promise<Record<string, Container>> {
    const ids = (await this.do('ps', '--all', '--quiet')).split('\n');
    const found = JSON.parse(await docker('inspect', ...ids)) as Container[];
    return Object.fromEntries(found.map((one) => [one.Config.Labels['com.docker.compose.service'], one]));
  }

  /** Where a service is found from outside. */
  async url(service: Service | (typeof WATCHERS)[number]): Promise<string> {
    const port = PORTS[service];
    return `http://${await this.do('port', service, String(port))}`;
  }

  /**
   * SIGKILL to the first process of each of these containers at once, as when they run out of memory, and waits until the engine has started them again.
   * `docker kill` would tell the engine that this is wanted, and it would leave them dead.
   */
  async crash(services: readonly string[]): Promise<void> {
    const before = await this.containers();
    const pids = services.map((service) => before[service]?.State.Pid);
    const kill = `for (const pid of ${JSON.stringify(pids)}) process.kill(pid, 'SIGKILL')`;
    const asRoot = ['--pid', 'host', '--user', '0:0', '--network', 'none', '--entrypoint', 'node'];
    await docker('run', '--rm', ...asRoot, 'prunella/auditor:test', '-e', kill);
    const isBack = (now: Container | undefined, was: Container | undefined) =>
      now?.State.Status === 'running' && now.RestartCount > (was?.RestartCount ?? 0);
    await until(
      async () => {
        const after = await this.containers();
        return services.every((service) => isBack(after[service], before[service]));
      },
      `${services} are started again`,
      60_000,
    );
  }
}

function dockerVariables(): Record<string, string | undefined> {
  const names = ['DOCKER_HOST', 'DOCKER_CONFIG', 'DOCKER_CONTEXT', 'NATS_IMAGE', 'POSTGRES_IMAGE'];
  return Object.fromEntries(names.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
}
