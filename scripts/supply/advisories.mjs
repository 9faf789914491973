import { spawn } from 'node:child_process';

const GRAVE = ['high', 'critical'];
/** A registry that takes longer is not there. */
const PATIENCE_MS = 20_000;

/**
 * What `npm audit --json` found among the packages that are shipped, held against what was accepted with a reason until some day.
 *
 * @param {object} report what npm printed; without `vulnerabilities` the registry gave no answer.
 * @param {{ id: string, package: string, reason: string, expires: string }[]} accepted `id` as GHSA-..., `expires` as 2026-12-31
 * @param {string} today as 2026-11-28
 * @returns {{ wrong: string[], note?: string }}
 */
export function judged(report, accepted, today) {
  const incomplete = accepted.filter(
    (one) => !one.id || !one.reason?.trim() || !/^\d{4}-\d\d-\d\d$/.test(one.expires ?? ''),
  );
  const wrong = incomplete.map(
    ({ id, package: name }) =>
      `${id ?? name}: expected id, reason and expires (as 2026-12-31) in scripts/supply/accepted.json, found less; complete it`,
  );
  if (typeof report?.vulnerabilities !== 'object') {
    return {
      wrong,
      note: `not asked: the registry gave no answer (${String(report?.message ?? 'no report').slice(0, 60)})`,
    };
  }
  for (const { id, name, severity, title, url } of graveOf(report.vulnerabilities)) {
    const exception = accepted.find((one) => one.id === id && one.package === name);
    if (exception !== undefined && exception.expires >= today) continue;
    const late = exception === undefined ? '' : ` (accepted until ${exception.expires}, which is over)`;
    wrong.push(
      `${name}: ${severity}, ${title} ${url}${late}; update it (npm audit fix), or accept it in scripts/supply/accepted.json with reason and expiry`,
    );
  }
  return { wrong };
}

/** Each advisory once; packages that only depend on a weak one name it, and have none of their own. */
function graveOf(vulnerabilities) {
  const found = Object.values(vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((via) => typeof via === 'object' && GRAVE.includes(via.severity))
    .map((via) => ({
      ...via,
      id: String(via.url ?? via.source)
        .split('/')
        .at(-1),
    }));
  return [...new Map(found.map((via) => [`${via.id} ${via.name}`, via])).values()];
}

/** Asks the registry about the packages that are shipped; `{ message }` where it does not answer. */
export async function askRegistry(root) {
  const child = spawn('npm', ['audit', '--omit=dev', '--json', '--package-lock-only'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PATIENCE_MS,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
    child.once('error', resolve);
  });
  try {
    return JSON.parse(output);
  } catch {
    return { message: `no report within ${PATIENCE_MS / 1000} s` };
  }
}
