// The least that a receiver of webhooks on our stack can do: a Nest server that checks the signature over the bytes, publishes an event of our size
// and answers once the stream has it. It reads nothing, remembers nothing, consumes nothing. `main.ts` starts it.
import 'reflect-metadata';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Controller, HttpCode, Module, Post, Req, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Bus } from '@prunella/bus';

const DAY_MS = 86_400_000;
/** As long as what the detector publishes of such a run. */
const EVENT = new TextEncoder().encode(JSON.stringify({ data: 'x'.repeat(560) }));

const secret = process.env['GITHUB_WEBHOOK_SECRET'] ?? '';
const bus = await Bus.connect({ servers: process.env['NATS_URL'] ?? '', name: 'floor' });
await bus.ensureStream({
  name: 'FLOOR',
  subjects: ['floor.>'],
  maxAgeMs: DAY_MS,
  maxBytes: 1024 ** 3,
  duplicateWindowMs: 60 * 60_000,
});

class Floor {
  async receive(request: IncomingMessage & { body: Buffer }): Promise<{ accepted: true }> {
    const expected = createHmac('sha256', secret).update(request.body).digest();
    const given = Buffer.from(String(request.headers['x-hub-signature-256']).replace('sha256=', ''), 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new UnauthorizedException();
    await bus.jetstream.publish('floor.event', EVENT, { msgID: String(request.headers['x-github-delivery']) });
    return { accepted: true };
  }
}
class FloorModule {}

// Decorators by hand: benchmarks run from their sources, and Node takes types away but knows no decorators.
const receive = Object.getOwnPropertyDescriptor(Floor.prototype, 'receive') as PropertyDescriptor;
Req()(Floor.prototype, 'receive', 0);
Post('webhooks/github')(Floor.prototype, 'receive', receive);
HttpCode(202)(Floor.prototype, 'receive', receive);
Controller()(Floor);
Module({ controllers: [Floor] })(FloorModule);

const app = await NestFactory.create<NestExpressApplication>(FloorModule, { bodyParser: false, logger: ['error'] });
app.useBodyParser('raw', { type: () => true, limit: 1024 ** 2 });
await app.listen(0, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.({ url: await app.getUrl() });
