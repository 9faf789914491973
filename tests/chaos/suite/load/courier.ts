import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@prunella/core';
import type { Delivery } from '../ledger/ledger.ts';

const TIMEOUT_MS = 10_000;
const AGAIN_MS = 300;

export interface CourierOptions {
  /** Of how late each copy is. */
  seed: number;
  /** Where a detector listens at the moment. */
  urlOf(): string;
  now(): number;
}

/** A webhook of a platform. */
export interface Letter {
  /** Of the detector's route. */
  path: string;
  body: string;
  headers: Readonly<Record<string, string>>;
  /** The header that holds the id by which the platform tells deliveries apart. */
  idHeader: string;
  /** What it is about. */
  about: Omit<Delivery, 'id' | 'acceptedAt'>;
}

/** How the mail is handled right now. */
export interface Mood {
  /** Further copies of each delivery: with the same id as somebody presses "redeliver", or with one of their own. */
  copies: number;
  /** Each is held back for up to so long, in ms, drawn for each: later ones overtake it. */
  heldMs: number;
  /** Called for each copy more, and each that is held back. */
  hit?(): void;
}

/** Carries the platforms' webhooks to the detectors, again and again until they are taken. */
export interface Courier {
  readonly deliveries: Delivery[];
  /** How often something was not taken, and had to be sent again. */
  readonly refusals: number;
  mood: Mood;
  carry(letter: Letter): void;
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>;
  /** Gives up what is on its way. */
  stop(): void;
}

export function startCourier({ seed, urlOf, now }: CourierOptions): Courier {
  const deliveries: Delivery[] = [];
  const underWay = new Set<Promise<void>>();
  const random = seededRandom(seed ^ 0xc0de);
  let isOver = false;
  let sent = 0;
  let refusals = 0;

  async function bring(delivery: Delivery, letter: Letter, id: string, heldMs: number): Promise<void> {
    if (heldMs > 0) await sleep(heldMs);
    while (!isOver) {
      if (await posted(`${urlOf()}${letter.path}`, letter.body, { ...letter.headers, [letter.idHeader]: id })) {
        delivery.acceptedAt ??= now();
        return;
      }
      refusals += 1;
      await sleep(AGAIN_MS);
    }
  }

  const courier: Courier = {
    deliveries,
    get refusals() {
      return refusals;
    },
    mood: { copies: 0, heldMs: 0 },
    carry(letter) {
      const { copies, heldMs, hit } = courier.mood;
      const id = `delivery-${sent++}`;
      const delivery: Delivery = { id, ...letter.about };
      deliveries.push(delivery);
      for (let copy = 0; copy <= copies; copy += 1) {
        if (copy > 0 || heldMs > 0) hit?.();
        const work = bring(delivery, letter, copy % 2 === 0 ? id : `${id}-${copy}`, random() * heldMs);
        underWay.add(work);
        void work.finally(() => underWay.delete(work));
      }
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop() {
      isOver = true;
    },
  };
  return courier;
}

/** Whether it was taken. */
export async function posted(url: string, body: string, headers: Record<string, string>): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    await answer.arrayBuffer();
    return answer.status === 202;
  } catch {
    // Nobody there, or it hung up: as a platform sees it, it was not taken.
    return false;
  }
}
