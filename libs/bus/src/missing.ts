import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';

/** What was asked of a stream or consumer; undefined: there is none. Any other error as it is: a server that does not answer, or refuses to, may well have it. */
export async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const isMissing =
      error instanceof JetStreamApiError &&
      (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound);
    if (isMissing) return undefined;
    throw error;
  }
}
