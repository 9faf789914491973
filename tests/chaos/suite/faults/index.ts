import { clockJump } from './clock-jump.ts';
import { cutConnection } from './cut-connection.ts';
import type { FaultKind } from './fault.ts';
import { fullDisk } from './full-disk.ts';
import { halfOpen } from './half-open.ts';
import { heldMessages } from './held-messages.ts';
import { killNats } from './kill-nats.ts';
import { killPostgres } from './kill-postgres.ts';
import { killService } from './kill-service.ts';
import { lostAcks } from './lost-acks.ts';
import { pauseServer } from './pause-server.ts';
import { pauseService } from './pause-service.ts';
import { platformAnswers } from './platform-answers.ts';
import { replayedEvents } from './replayed-events.ts';
import { slowLink } from './slow-link.ts';
import { webhooks } from './webhooks.ts';

/** All that can go wrong. */
export const faultKinds: readonly FaultKind[] = [
  ...[killService, pauseService],
  ...[killNats, killPostgres, pauseServer, fullDisk],
  ...[cutConnection, halfOpen, slowLink, lostAcks, heldMessages],
  ...[webhooks, replayedEvents, platformAnswers, clockJump],
];

/**
 * Those of a list of names, separated by commas; empty: all.
 *
 * @throws Error for a name that none has, with all that there are: what it leaves out would be taken for tried.
 */
export function kindsOf(names: string): readonly FaultKind[] {
  if (names === '') return faultKinds;
  return names.split(',').map((name) => {
    const found = faultKinds.find(({ kind }) => kind === name.trim());
    if (found !== undefined) return found;
    throw new Error(`--only: expected some of ${faultKinds.map(({ kind }) => kind).join(', ')}, found "${name}"`);
  });
}
