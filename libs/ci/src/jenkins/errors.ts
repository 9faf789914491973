import { ProviderError } from '@prunella/core';

/** What is told of errors that people can mend. */
const MEND = {
  who: 'Jenkins wants to know who asks: check JENKINS_USER and JENKINS_TOKEN (an API token of that user)',
  rights: 'the user of JENKINS_USER has no right to it (reading needs Job/Read, reruns need Job/Build)',
  crumb:
    "Jenkins took no crumb of ours: with an API token in JENKINS_TOKEN, rather than the user's password, it wants none",
};

/**
 * The one place that reads Jenkins' errors. A 403 is a missing crumb, missing rights, or nobody signed in; and who is not signed in is sent to a
 * login page by some. https://www.jenkins.io/doc/book/security/csrf-protection/
 *
 * @param signedIn whether we said who we are.
 */
export function jenkinsError(error: ProviderError, signedIn: boolean): ProviderError {
  const { problem, detail, options } = error;
  if (isCrumbMissing(error)) return new ProviderError('jenkins', 'forbidden', `${detail} (${MEND.crumb})`, options);
  if (problem === 'forbidden' && signedIn) {
    return new ProviderError('jenkins', 'forbidden', `${detail} (${MEND.rights})`, options);
  }
  if (problem === 'forbidden' || problem === 'unauthenticated') {
    return new ProviderError('jenkins', 'unauthenticated', `${detail} (${MEND.who})`, options);
  }
  return error;
}

/** Whether it was for want of a valid crumb, so that nothing happened. */
export function isCrumbMissing({ problem, detail }: ProviderError): boolean {
  return problem === 'forbidden' && /no valid crumb/i.test(detail);
}

/** What a redirect says. */
export function redirectError(response: Response): ProviderError {
  const { status } = response;
  const from = new URL(response.url);
  const to = URL.parse(response.headers.get('location') ?? '', response.url) ?? from;
  const what = `${from.pathname}: HTTP ${status} to ${to.origin}${to.pathname}`;
  if (to.origin !== from.origin && to.pathname === from.pathname) {
    return new ProviderError('jenkins', 'refused', `${what}: set JENKINS_URL to the address it wants`, { status });
  }
  // this is how Jenkins answers when its queue did not take a build
  if (to.origin === from.origin && /\/job\/.+\/build/.test(from.pathname) && isAbove(to.pathname, from.pathname)) {
    return new ProviderError('jenkins', 'refused', `${what}: Jenkins did not put it in its queue`, { status });
  }
  return new ProviderError('jenkins', 'unauthenticated', `${what}, as to a login page (${MEND.who})`, { status });
}

function isAbove(above: string, path: string): boolean {
  return above.includes('/job/') && path.startsWith(above.endsWith('/') ? above : `${above}/`);
}
