import { ProviderError } from '@prunella/core';
import { type Begun, type Parameter, parametersOf } from './model.ts';

/**
 * What a build was begun with, to begin another with the same. Throws ProviderError (refused) when one of them can't be read: passwords are
 * never told, and files and such are no text.
 */
export function repeatable(build: Begun): Record<string, string> {
  const parameters = parametersOf(build);
  const hidden = parameters.filter((parameter) => textOf(parameter) === undefined).map(({ name }) => `"${name}"`);
  if (hidden.length > 0) {
    const detail = `the value of parameter ${hidden.join(', ')} can't be read (a password or a file), so the same build can't be begun again: start it by hand`;
    throw new ProviderError('jenkins', 'refused', detail);
  }
  return Object.fromEntries(parameters.map((parameter) => [parameter.name, textOf(parameter) ?? '']));
}

/** Whether it was begun with all of these, as far as Jenkins tells their values; there may be others besides. */
export function beganWith(begun: Begun, wanted: Readonly<Record<string, string>>): boolean {
  const parameters = parametersOf(begun);
  return Object.entries(wanted).every(([name, value]) =>
    parameters.some((parameter) => parameter.name === name && (textOf(parameter) ?? value) === value),
  );
}

/** All of a build's parameters that can be read. */
export function readable(build: Begun): Record<string, string> {
  return Object.fromEntries(
    parametersOf(build).flatMap((parameter) => {
      const value = textOf(parameter);
      return value === undefined ? [] : [[parameter.name, value]];
    }),
  );
}

/** undefined: Jenkins does not tell, or it is no text. */
function textOf({ _class, value }: Parameter): string | undefined {
  if (/Password/.test(_class)) return undefined;
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
