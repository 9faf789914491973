import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Bus, JetStreamStrategy } from '@prunella/bus';
import {
  ConfigError,
  currentTrace,
  isTraced,
  messageOf,
  PrunellaError,
  traceContextOf,
  withSecretFiles,
} from '@prunella/core';
import { type NamedSetting, type Setting, settingsOf } from '@prunella/doctor';
import { Logger, LoggerModule, PinoLogger } from 'nestjs-pino';
import { z } from 'zod';
import { AccessGuard } from './access/access.guard.ts';
import { Access } from './access/access.ts';
import { ApiTokens } from './access/api-tokens.ts';
import { Condition } from './condition.ts';
import { Examiner } from './doctor/examiner.ts';
import { CommonEnvironment, isLoopback, Port, readEnvironment } from './environment.ts';
import { KitController } from './kit.controller.ts';
import { ConsumerTelemetry, Metrics, ProviderTelemetry } from './metrics.ts';
import { ProblemFilter } from './problem.ts';
import { Readiness } from './readiness.ts';
import { securityHeaders } from './security-headers.ts';
import { refuseDeepJson } from './sent-json.ts';
import { ENVIRONMENT, SERVICE_NAME, SHOWN_SETTINGS, VARIABLES } from './tokens.ts';
import { TRACING_SETTINGS } from './tracing/settings.ts';
import { Tracing } from './tracing/tracing.ts';

export interface ServiceDefinition<E extends z.ZodType> {
  /** `detector`, ...; also names the variable of its port, `PORT_DETECTOR`. */
  name: string;
  defaultPort: number;
  /** What it reads from the environment beyond `CommonEnvironment`. */
  environment: E;
  /** What its libraries read from the environment by themselves, for people who look at its settings. */
  alsoReads?: readonly NamedSetting[];
  module: Type | DynamicModule;
  /** Largest request body in bytes. Default 1 MiB. */
  bodyLimit?: number;
  /** Paths whose bodies stay bytes (a Buffer as `request.body`), each with its own limit in bytes: what is signed is checked before it is parsed. */
  rawBodies?: readonly { path: string; limit: number }[];
  /** Called with the finished application, before it listens. */
  configure?(app: NestExpressApplication): void | Promise<void>;
}

/** A running service. */
export interface RunningService {
  app: NestExpressApplication;
  url: string;
  close(): Promise<void>;
}

const BODY_LIMIT = 1024 ** 2;
/** How long requests in work may take to end when the service stops. */
const CONNECTION_GRACE_MS = 2_000;
/**
 * How long a connection without a request stays open. Longer than load balancers keep theirs (60 s is their usual default), so that it is they who close it: with Node's 5 s, a request now and then reaches a
 * connection that we are just closing, and its sender reads "connection reset".
 */
const KEEP_ALIVE_MS = 65_000;

/** Starts a service in this process: HTTP and bus consumers. For tests, and for `main` below. */
export async function startService<E extends z.ZodType>(
  definition: ServiceDefinition<E>,
  given: NodeJS.ProcessEnv = process.env,
): Promise<RunningService> {
  const variables = withSecretFiles(given, (path) => readFileSync(path, 'utf8'));
  const environment = readEnvironment(CommonEnvironment, variables);
  const own: unknown = readEnvironment(definition.environment, variables);
  const portVariable = `PORT_${definition.name.toUpperCase()}`;
  const port = readEnvironment(z.object({ [portVariable]: Port.default(definition.defaultPort) }), variables)[
    portVariable
  ] as number;
  if (!isLoopback(environment.PRUNELLA_HOST) && environment.PRUNELLA_API_TOKEN === undefined) {
    throw new ConfigError(
      `PRUNELLA_HOST is ${environment.PRUNELLA_HOST}, which others can reach, and PRUNELLA_API_TOKEN is not set; set a token or listen on 127.0.0.1`,
    );
  }
  const bus = await Bus.connect({
    servers: environment.NATS_URL,
    password: environment.NATS_PASSWORD,
    caFile: environment.NATS_CA_FILE,
    replicas: environment.NATS_REPLICAS,
    name: definition.name,
  });
  try {
    const app = await createApp(definition, { ...environment, ...(own as object) }, bus, variables);
    try {
      await app.get(Tracing).start();
      await app.init();
      app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
      await app.listen(port, environment.PRUNELLA_HOST);
      await app.startAllMicroservices();
      return { app, url: await app.getUrl(), close: () => close(app, bus) };
    } catch (error) {
      await app.close().catch(() => undefined);
      throw error;
    }
  } catch (error) {
    await bus.close();
    throw error;
  }
}

async function createApp<E extends z.ZodType>(
  definition: ServiceDefinition<E>,
  environment: CommonEnvironment,
  bus: Bus,
  variables: NodeJS.ProcessEnv,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(kitModule(definition, environment, bus, variables), {
    bufferLogs: true,
    rawBody: true,
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.use(securityHeaders);
  for (const { path, limit } of definition.rawBodies ?? []) {
    app.useBodyParser('raw', { limit, type: (request) => pathOf(request.url) === path });
  }
  const limit = definition.bodyLimit ?? BODY_LIMIT;
  app.useBodyParser('json', { limit, type: ['application/json', 'application/*+json'] });
  app.use(refuseDeepJson);
  app.useBodyParser('text', { limit, type: 'text/*' });
  app.disable('x-powered-by');
  app.useGlobalFilters(new ProblemFilter(await app.resolve(PinoLogger)));
  await definition.configure?.(app);
  const strategy = new JetStreamStrategy(bus, app.get(ConsumerTelemetry));
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true });
  return app;
}

function shownSettings<E extends z.ZodType>(
  { name, environment, alsoReads = [] }: ServiceDefinition<E>,
  variables: NodeJS.ProcessEnv,
): Setting[] {
  const port = { name: `PORT_${name.toUpperCase()}`, about: 'Where it listens.' };
  return settingsOf([CommonEnvironment, environment], [port, ...TRACING_SETTINGS, ...alsoReads], variables);
}

async function close(app: NestExpressApplication, bus: Bus): Promise<void> {
  // A connection without a request (browsers open them ahead) is not idle in Node's eyes: it would hold us up for a minute.
  const hurry = setTimeout(() => app.getHttpServer().closeAllConnections(), CONNECTION_GRACE_MS);
  await app.close();
  clearTimeout(hurry);
  await app.get(Tracing).stop();
  await bus.close();
}

/** As Express compares paths: without query and trailing slash, in any case. */
function pathOf(url: string | undefined): string {
  return (url ?? '')
    .replace(/[?#].*$/s, '')
    .replace(/\/$/, '')
    .toLowerCase();
}

/** The `main` of a service's process: runs until SIGTERM, SIGINT or the end of the supervisor, then drains. */
export async function runService<E extends z.ZodType>(definition: ServiceDefinition<E>): Promise<void> {
  try {
    const service = await startService(definition);
    let closing = false;
    const stop = () => {
      if (closing) return;
      closing = true;
      service.close().then(
        () => process.exit(0),
        (error: unknown) => fail(definition.name, error),
      );
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
    // Under a supervisor: its death must not leave us behind.
    process.on('disconnect', stop);
    process.send?.({ type: 'ready', url: service.url });
  } catch (error) {
    fail(definition.name, error);
  }
}

function fail(name: string, error: unknown): never {
  const text =
    error instanceof PrunellaError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : messageOf(error);
  process.stderr.write(`${JSON.stringify({ level: 60, service: name, msg: 'could not go on', error: text })}\n`);
  process.exit(1);
}

function kitModule<E extends z.ZodType>(
  definition: ServiceDefinition<E>,
  environment: CommonEnvironment,
  bus: Bus,
  variables: NodeJS.ProcessEnv,
): DynamicModule {
  @Global()
  @Module({})
  class ServiceKitModule {}
  return {
    module: ServiceKitModule,
    imports: [
      LoggerModule.forRoot({
        // Requests are not logged: to make a logger for each, with the request written down in it, would be for nothing. What is told in one has its trace.
        forRoutes: [],
        pinoHttp: {
          level: environment.LOG_LEVEL,
          autoLogging: false,
          base: { service: definition.name },
          mixin: () => {
            const trace = traceContextOf(currentTrace());
            if (trace === undefined) return {};
            return { trace_id: trace.traceId, ...(isTraced() && { span_id: trace.spanId }) };
          },
        },
      }),
      definition.module,
    ],
    controllers: [KitController],
    providers: [
      { provide: Bus, useValue: bus },
      { provide: ENVIRONMENT, useValue: environment },
      { provide: SERVICE_NAME, useValue: definition.name },
      { provide: SHOWN_SETTINGS, useValue: shownSettings(definition, variables) },
      { provide: VARIABLES, useValue: variables },
      Metrics,
      ProviderTelemetry,
      ConsumerTelemetry,
      Condition,
      Readiness,
      Examiner,
      Tracing,
      ApiTokens,
      Access,
      { provide: APP_GUARD, useClass: AccessGuard },
    ],
    exports: [Bus, ENVIRONMENT, SERVICE_NAME, Metrics, ConsumerTelemetry, Readiness, Examiner, ApiTokens, Access],
  };
}
