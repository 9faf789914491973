import { z } from 'zod';
import type { Setting } from './report.ts';

/** A setting that a library reads by itself, beyond what the schema of a service names. */
export interface NamedSetting {
  name: string;
  about: string;
}

const LONGEST = 300;
/** What is set so is never shown. Of addresses only user, password and query are left out. */
const SECRET = /TOKEN|SECRET|PASSWORD|PRIVATE_KEY|CREDENTIAL|WEBHOOK_URL/;

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
      : { name, state: 'set', value: harmless(value), about };
  }
  return usual === undefined
    ? { name, state: 'unset', value: '', about }
    : { name, state: 'default', value: harmless(String(usual)), about };
}

/** Without what stands in addresses for who we are; also in a list of them. */
function harmless(value: string): string {
  return value
    .slice(0, 4 * LONGEST)
    .replaceAll(/\/\/[^/?#@\s,]*@/g, '//')
    .replaceAll(/(:\/\/[^?\s,]*)\?[^\s,]*/g, '$1')
    .slice(0, LONGEST);
}
