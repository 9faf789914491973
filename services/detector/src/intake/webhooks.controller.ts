import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Inject, NotFoundException, Post, Req, Res } from '@nestjs/common';
import { systemClock, UnreachableError } from '@prunella/core';
import { Access, ENVIRONMENT, inRequest, isByBrowser, ProblemException, Public } from '@prunella/service-kit';
import { type Deps, detect, type Receipt } from '../detect.ts';
import type { DetectorEnvironment } from '../environment.ts';
import { DetectorMetrics } from '../metrics.ts';
import { SentTests } from '../reports/sent-tests.ts';
import { sources } from '../sources/index.ts';
import type { Delivery, Source } from '../sources/source.ts';
import { Places } from '../threads/place.ts';
import { Completions } from './completions.ts';
import { Deliveries } from './deliveries.ts';
import { Door } from './door.ts';
import { Originals } from './originals.ts';
import { Outbox } from './outbox.ts';
import { Replies } from './replies.ts';
import { WebhookBook } from './webhook-book.ts';

/** Every webhook comes in here; what differs between them is in `sources`, who is let in as well. */
@Controller()
@Public()
export class WebhooksController {
  private readonly deps: Deps;

  constructor(
    @Inject(ENVIRONMENT) environment: DetectorEnvironment,
    private readonly access: Access,
    private readonly metrics: DetectorMetrics,
    private readonly door: Door,
    private readonly book: WebhookBook,
    outbox: Outbox,
    deliveries: Deliveries,
    replies: Replies,
    originals: Originals,
    completions: Completions,
    places: Places,
    sentTests: SentTests,
  ) {
    this.deps = {
      environment,
      deliveries,
      fresh: randomUUID,
      clock: systemClock,
      publish: async (report, withinMs) => {
        const isNew = await outbox.publishOnce(report, withinMs);
        if (report.subject === 'tests.reported') await sentTests.note(report.data, withinMs);
        return isNew;
      },
      place: (report, withinMs) => places.place(report, withinMs),
      completes: (source, report) => completions.takes(source, report),
      completeLater: (source, report, withinMs) => completions.add(source, report, withinMs),
      keepOriginal: (source, delivery) => originals.keep(source, delivery),
      keepReply: (answer, address, withinMs) => replies.keep(answer, address, withinMs),
    };
  }

  @Post(sources.map((source) => source.path))
  async receive(
    @Req() request: IncomingMessage & { path: string; originalUrl: string; body: unknown },
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<Receipt> {
    const source = sourceAt(request.path);
    const delivery: Delivery = {
      headers: request.headers,
      query: new URLSearchParams(request.originalUrl.split('?').slice(1).join('?')),
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      identity: await this.access.shown(request),
    };
    const count = (result: string) =>
      this.metrics.webhooks.inc({ source: source.name, event: source.eventOf(delivery), result });
    try {
      if (delivery.identity === undefined && isByBrowser(request)) throw notByAPage();
      const status = source.accepted ?? 202;
      const receipt = await inRequest({ request, route: source.path, status }, (span) => {
        if (span.isRecorded) span.set({ 'prunella.source': source.name, 'prunella.event': source.eventOf(delivery) });
        return this.door.answer(() => detect(source, delivery, this.deps));
      });
      response.statusCode = status;
      this.book.note(source.name, 'takenAt');
      count(!receipt.accepted ? 'ignored' : receipt.duplicate ? 'duplicate' : 'accepted');
      return receipt;
    } catch (error) {
      const result = resultOf(error);
      count(result);
      if (result === 'unauthorized') this.book.note(source.name, 'refusedAt');
      throw error;
    }
  }
}

/** No page has anything to tell us: where webhooks need no secret, one that somebody looks at could press buttons in their name. */
function notByAPage(): ProblemException {
  const detail = 'expected a program that delivers a webhook, found a browser (it sent Origin or Sec-Fetch-Site)';
  return new ProblemException({ title: 'Cross-origin request', status: 403, detail });
}

function sourceAt(path: string): Source {
  const wanted = path.replace(/\/$/, '').toLowerCase();
  const source = sources.find((candidate) => candidate.path === wanted);
  if (source === undefined) throw new NotFoundException();
  return source;
}

function resultOf(error: unknown): string {
  if (error instanceof UnreachableError) return 'unavailable';
  return error instanceof ProblemException && error.problem.status === 401 ? 'unauthorized' : 'invalid';
}
