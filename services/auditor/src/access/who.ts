import { badRequest, type Identity } from '@prunella/service-kit';

/**
 * Who is recorded with a change: the name of the token or the person, whatever else is said; where neither has one (PRUNELLA_API_TOKEN, or nobody is
 * asked), what is said.
 *
 * @param said `by` of the request.
 * @throws ProblemException (400) when nobody says who it is.
 */
export function whoChanges(caller: Identity, said: string | undefined): string {
  const who = caller.name ?? said;
  if (who === undefined)
    throw badRequest('by', "by: expected who does it, as PRUNELLA_API_TOKEN says nobody's name, found nothing");
  return who;
}
