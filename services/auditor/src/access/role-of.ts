import { type Role, roles } from '@prunella/service-kit';
import { z } from 'zod';

/** Which groups have which role; `*` is everybody who can sign in. */
export type RoleMap = Partial<Record<Role, readonly string[]>>;

/** Reads `admin=platform-leads;operator=platform,sre;viewer=*`. */
export const RoleMap = z.string().transform((text, context): RoleMap => {
  const map: RoleMap = {};
  for (const part of text.split(';').filter((each) => each.trim() !== '')) {
    const [name, groups, ...more] = part.split('=').map((each) => each.trim());
    const role = roles.find((each) => each === name);
    const named = (groups ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    if (role === undefined || named.length === 0 || more.length > 0) {
      const message = `expected role=group,group with a role of ${roles.join(', ')}, separated by semicolons, found ${JSON.stringify(part.slice(0, 80))}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    map[role] = named;
  }
  return map;
});

/**
 * The highest role that the groups of somebody give; undefined: none.
 *
 * @param claim as the provider sent it: usually a list of names, or one name.
 */
export function roleOf(claim: unknown, map: RoleMap): Role | undefined {
  const groups = new Set((Array.isArray(claim) ? claim : [claim]).filter((each) => typeof each === 'string'));
  return [...roles].reverse().find((role) => map[role]?.some((group) => group === '*' || groups.has(group)));
}
