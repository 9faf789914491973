import type { IncidentPosition } from '@prunella/store';
import { z } from 'zod';

/** The place after an incident as opaque text. */
export function writeCursor({ openedAt, id }: IncidentPosition): string {
  return Buffer.from(JSON.stringify([openedAt.getTime(), id])).toString('base64url');
}

const Position = z.tuple([z.int().min(0).max(253_402_300_799_999), z.string().min(1).max(128)]);

/** Reads what `writeCursor` wrote. */
export const Cursor = z.string().transform((text, context): IncidentPosition => {
  try {
    const [openedAt, id] = Position.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (!id.includes('\0')) return { openedAt: new Date(openedAt), id };
  } catch {
    // Reported below, together with what is JSON and yet no cursor.
  }
  context.addIssue({ code: 'custom', message: 'expected the nextCursor of an earlier page' });
  return z.NEVER;
});
