import { EXAMINE, rollCall } from '@prunella/bus';
import { messageOf, UnreachableError } from '@prunella/core';
import { type Diagnosis, diagnosis, EXPECTED_SERVICES } from './merge.ts';
import { ServiceReport } from './report.ts';

/** The connection that all is asked over. */
type Connection = Parameters<typeof rollCall>[0];

/** A service on a loaded machine must not be taken for one that is not there. */
const HERE_WITHIN_MS = 4_000;
/** Its checks end by themselves after `CHECK_WITHIN_MS`. */
const WITHIN_MS = 15_000;

/** How long a service may take over one of its checks, in ms. */
export const CHECK_WITHIN_MS = 8_000;

/**
 * Asks all services how they are.
 *
 * @param maxAgeMs how old what they found out before may be, in ms. 0: they look again, but not more often than every few seconds.
 * @throws UnreachableError when NATS is away.
 */
export async function examineAll(nats: Connection, maxAgeMs: number): Promise<Diagnosis> {
  try {
    const { answers, silent } = await rollCall(nats, {
      subject: EXAMINE,
      question: { maxAgeMs },
      expected: EXPECTED_SERVICES,
      hereWithinMs: HERE_WITHIN_MS,
      withinMs: WITHIN_MS,
    });
    const reports = answers.map(({ name, answer }) => ({ name, report: ServiceReport.safeParse(answer) }));
    return diagnosis(
      reports.flatMap(({ report }) => (report.success ? [report.data] : [])),
      // A report that is not as ours is as good as none.
      [...silent.map(({ name }) => name), ...reports.flatMap(({ name, report }) => (report.success ? [] : [name]))],
    );
  } catch (error) {
    throw new UnreachableError(`the services can't be asked how they are: ${messageOf(error)}`, { cause: error });
  }
}
