import { createInbox, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { EXAMINED } from './topology.ts';

/**
 * Asks everybody who listens on a subject, and waits for all of them: each says at once that it is there, and answers when it has one. So whoever asks
 * knows when all have answered, and who stayed silent, without knowing beforehand how many there are (ADR 0035).
 */

/** Who answers. */
export interface Member {
  /** The kind, e.g. `detector`. */
  name: string;
  /** Differs for each process. */
  instance: string;
}

/** One message of an answer. */
interface Told extends Member {
  /** Absent: it is there, and the answer follows. */
  answer?: unknown;
}

/** What came of asking. */
export interface RollCall {
  /** By member, in the order in which they came; unparsed. */
  answers: (Member & { answer: unknown })[];
  /** Those that said that they are there, and did not answer in time. */
  silent: Member[];
}

export interface RollCallOptions {
  subject: string;
  /** Passed on to who answers. */
  question: unknown;
  /** Names of members. Once one of each is there, and a moment has passed for others of them, no more are waited for. */
  expected: readonly string[];
  /** How long to wait for members to say that they are there, in ms. */
  hereWithinMs: number;
  /** How long to wait for their answers, in ms. */
  withinMs: number;
}

/** All who are there have said so by then, as a rule, in ms. */
const MOMENT_MS = 500;
/** More replicas than anybody runs. */
const MOST_MEMBERS = 200;

/** Listens, and answers each question. @param answer must not throw; the answer must fit into a message (1 MiB by default). */
export function answerRollCalls(
  nats: NatsConnection,
  subject: string,
  member: Member,
  answer: (question: unknown) => Promise<unknown>,
): Subscription {
  return nats.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null || !message.reply) return;
      const tell = (more: Pick<Told, 'answer'>) => message.respond(JSON.stringify({ ...member, ...more }));
      tell({});
      void answer(parsed(message.string())).then((answered) => {
        // Whoever asked may be gone, or we are about to be.
        if (!nats.isClosed()) tell({ answer: answered });
      });
    },
  });
}

/** Asks all who listen now. Nobody there: no answers, and no error. Throws what the connection does when it is closed. */
export async function rollCall(
  nats: NatsConnection,
  { subject, question, expected, hereWithinMs, withinMs }: RollCallOptions,
): Promise<RollCall> {
  const answers = new Map<string, Member & { answer: unknown }>();
  const waiting = new Map<string, Member>();
  const inbox = createInbox(EXAMINED);
  const present = new Set<string>();
  let isPast = false;
  await new Promise<void>((resolve) => {
    const subscription = nats.subscribe(inbox, {
      callback: (error, message) => {
        if (error !== null) return;
        // Nobody listens at all: the server says so itself.
        if (message.headers?.code === 503) return end();
        hear(parsed(message.string()));
        endWhenAll();
      },
    });
    let isMoment = false;
    const timers = [
      setTimeout(() => {
        isMoment = true;
        endWhenAll();
      }, MOMENT_MS),
      setTimeout(() => {
        isPast = true;
        endWhenAll();
      }, hereWithinMs),
      setTimeout(end, withinMs),
    ];
    function endWhenAll(): void {
      const isComplete = isPast || (isMoment && expected.every((name) => present.has(name)));
      if (isComplete && waiting.size === 0) end();
    }
    function end(): void {
      for (const timer of timers) clearTimeout(timer);
      subscription.unsubscribe();
      resolve();
    }
    nats.publish(subject, JSON.stringify(question), { reply: inbox });
  });
  return { answers: [...answers.values()], silent: [...waiting.values()] };

  function hear(told: unknown): void {
    if (!isTold(told)) return;
    const { name, instance } = told;
    present.add(name);
    if (told.answer !== undefined) {
      waiting.delete(instance);
      answers.set(instance, { name, instance, answer: told.answer });
    } else if (!answers.has(instance) && waiting.size < MOST_MEMBERS) waiting.set(instance, { name, instance });
  }
}

function isTold(value: unknown): value is Told {
  if (typeof value !== 'object' || value === null) return false;
  const { name, instance } = value as Partial<Told>;
  return typeof name === 'string' && typeof instance === 'string';
}

/** undefined: no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
