import { Controller, Headers, Inject, type MessageEvent, Sse } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiResponse } from '@nestjs/swagger';
import {
  concat,
  endWith,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  takeUntil,
} from 'rxjs';
import { type Change, IncidentFeed } from './incident-feed.ts';
import { incidentOf } from './incidents.controller.ts';

const PING_MS = 15_000;

@Controller('v1/stream')
export class StreamController {
  constructor(@Inject(IncidentFeed) private readonly feed: IncidentFeed) {}

  /** Server-sent events; a client that comes back is told what it missed. */
  @Sse()
  @ApiBearerAuth()
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The id of the last event that was received.' })
  @ApiResponse({
    status: 200,
    description:
      'Each changed incident as `event: incident` with an Incident as its data; one that turned out to be a part of another as `event: joined` with `id` and `incidentId`; a comment every 15 seconds.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  stream(@Headers('last-event-id') lastEventId?: string): Observable<MessageEvent> {
    const { changes } = this.feed;
    const since = Date.parse(lastEventId ?? '');
    const missed = Number.isNaN(since) ? of() : from(this.feed.missedSince(since)).pipe(mergeMap((found) => found));
    const pings = concat(of(0), interval(PING_MS)).pipe(
      map(() => ({ comment: 'ping' }) as MessageEvent),
      takeUntil(changes.pipe(ignoreElements(), endWith(undefined))),
    );
    return merge(pings, merge(missed, changes).pipe(map(message)));
  }
}

function message(change: Change): MessageEvent {
  if ('joined' in change) {
    const { id, incidentId, at } = change.joined;
    return { type: 'joined', id: at.toISOString(), data: { id, incidentId } };
  }
  const row = change.changed;
  return { type: 'incident', id: row.changedAt.toISOString(), data: incidentOf(row) };
}
