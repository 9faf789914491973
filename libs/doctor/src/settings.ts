import { z } from 'zod';
import type { Setting } from './report.ts';

/** A setting that a library reads by itself, beyond what the schema of a service names. */
export interface NamedSetting {
  name: string;
  about: string;
}

const LONGEST = 300;
/** What is set so is never shown. Of addresses only user, password and query are left out. */
const SECRET = /TOKEN|SECRET|PASSWORD|PRIVATE_KEY|CREDENTIAL|WEBHOOK_URL|OTLP_(?:TRACES_)?HEADERS/;

/** What `z.toJSONSchema` says of a setting. */
interface Described {
  description?: string;
  default?: unknown;
}

/** The settings that the schemas name, as the variables set them; secrets are only said to be set. In the order of their names. */
export function settingsOf(
  schemas: readonly z.ZodType[],
  named: readonly NamedSetting[],
  variables: Readonly<Record<string, string | undefined>>,
): Setting[] {
  const described = new Map<string, Described>();
  for (const { name, about } of named) described.set(name, { description: about });
  for (const schema of schemas) {
    const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    for (const [name, about] of Object.entries(properties)) described.set(name, about as Described);
  }
  return [...described]
    .map(([name, about]) => settingOf(name, about, variables[name]))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether only that it is set is shown of it. */
export function isSecret(name: string): boolean {
  return SECRET.test(name);
}

function settingOf(name: string, { description = '', default: usual }: Described, value: string | undefined): Setting {
  const about = description.slice(0, 1_000);
  if (value !== undefined && value !== '') {
    return isSecret(name)
      ? { name, state: 'secret', value: '', about }
      : { name, state: 'set', value: harmless(name, value), about };
  }
  return usual === undefined
    ? { name, state: 'unset', value: '', about }
    : { name, state: 'default', value: harmless(name, String(usual)), about };
}

/**
 * Without what stands in addresses for who we are, and without their query; also in a list of them. Rather too little is shown than too much: a
 * password may hold anything, also what should have been escaped.
 */
function harmless(name: string, value: string): string {
  const isAddress = name.endsWith('_URL') || value.includes('://');
  const shown = isAddress ? value.split(BETWEEN_ADDRESSES).map(harmlessAddress).join(',') : value;
  return shown.slice(0, LONGEST);
}

/** A comma before another scheme: one in a password is none. */
const BETWEEN_ADDRESSES = /,(?=\s*[a-z][a-z0-9+.-]*:\/\/)/i;

function harmlessAddress(address: string): string {
  const scheme = /^\s*[a-z][a-z0-9+.-]*:\/\//i.exec(address)?.[0] ?? '';
  const rest = address.slice(scheme.length);
  return scheme + rest.slice(rest.lastIndexOf('@') + 1).replace(/[?#].*$/s, '');
}
