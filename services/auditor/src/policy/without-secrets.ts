import { redact } from '@prunella/signals';

/** The names of variables that hold secrets are none themselves. */
const NAMED_VARIABLE = /(\b(?:passwordFrom|tokenFrom)["']?[ \t]*:[ \t]*["']?DEPENDENCY_[A-Z0-9_]+)/;

/** The text of a policy as it may be shown: a policy needs no secrets, and somebody may have written one all the same. Keeps the lines. */
export function withoutSecrets(yaml: string): string {
  return yaml
    .split(NAMED_VARIABLE)
    .map((part) => (NAMED_VARIABLE.test(part) ? part : redact(part)))
    .join('');
}
