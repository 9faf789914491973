import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { messageOf } from '@prunella/core';
import type { Response } from 'express';
import { Public } from './access/access.guard.ts';
import { Metrics } from './metrics.ts';
import { Readiness } from './readiness.ts';
import { SERVICE_NAME } from './tokens.ts';

/** The endpoints that each service has. */
@Controller()
@Public()
export class KitController {
  constructor(
    private readonly bus: Bus,
    private readonly metrics: Metrics,
    private readonly readiness: Readiness,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  /** The process answers. */
  @Get('health')
  health(): { status: string; service: string } {
    return { status: 'healthy', service: this.service };
  }

  /** Liveness, as Kubernetes calls it. */
  @Get('healthz')
  healthz(): { status: string; service: string } {
    return this.health();
  }

  /** Can it do its work right now? 503 with what is missing when it can't. */
  @Get('readyz')
  async readyz(
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ status: string; checks: Record<string, string> }> {
    const checks: Record<string, string> = { nats: this.bus.isConnected ? 'ok' : 'not connected' };
    for (const [name, check] of this.readiness.checks) {
      checks[name] = await check().then(
        () => 'ok',
        (error: unknown) => messageOf(error),
      );
    }
    const ready = Object.values(checks).every((check) => check === 'ok');
    response.status(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready', checks };
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  async prometheus(): Promise<string> {
    return await this.metrics.registry.metrics();
  }
}
