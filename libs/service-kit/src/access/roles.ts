/** What somebody may do: look, tell us what pipelines did, change something, and let others in. */
export const permissions = ['read', 'report', 'operate', 'administer'] as const;
export type Permission = (typeof permissions)[number];

/**
 * Roles, the least first. `reporter` is for the steps of pipelines: they tell, and ask whether they may run, and see nothing else.
 */
export const roles = ['reporter', 'viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

const MAY: Readonly<Record<Role, readonly Permission[]>> = {
  reporter: ['report'],
  viewer: ['read'],
  operator: ['read', 'report', 'operate'],
  admin: ['read', 'report', 'operate', 'administer'],
};

/** Whether a role may do it. */
export function may(role: Role, permission: Permission): boolean {
  return MAY[role].includes(permission);
}

/** The least of the roles that may do it. */
export function leastRole(permission: Permission): Role {
  return roles.find((role) => may(role, permission)) as Role;
}
