import fc from 'fast-check';
import { RoleMap, roleOf } from './role-of.ts';
import { localPath } from './sign-in.controller.ts';

const map = RoleMap.parse('admin=leads; operator=platform, sre;viewer=*');

it.each`
  claim                    | role
  ${['leads', 'platform']} | ${'admin'}
  ${['sre']}               | ${'operator'}
  ${'platform'}            | ${'operator'}
  ${['others']}            | ${'viewer'}
  ${[]}                    | ${'viewer'}
  ${undefined}             | ${'viewer'}
  ${[['leads']]}           | ${'viewer'}
  ${{ leads: true }}       | ${'viewer'}
`('groups $claim: $role', ({ claim, role }) => {
  expect(roleOf(claim, map)).toBe(role);
});

it('gives none to whom no group has one', () => {
  expect(roleOf(['others'], RoleMap.parse('admin=leads'))).toBeUndefined();
  expect(roleOf(['*'], RoleMap.parse('admin=leads'))).toBeUndefined();
});

it.each(['owner=leads', 'admin', 'admin=', 'admin=a=b', '=leads'])('refuses %p, and says what it expected', (text) => {
  const problem = RoleMap.safeParse(text).error?.issues[0]?.message;
  expect(problem).toMatch(/expected role=group,group with a role of reporter, viewer, operator, admin/);
});

it.each`
  to                        | path
  ${'/incidents/x?tab=log'} | ${'/incidents/x?tab=log'}
  ${undefined}              | ${'/'}
  ${'https://evil.example'} | ${'/'}
  ${'//evil.example'}       | ${'/'}
  ${'/\\evil.example'}      | ${'/'}
  ${'/..//evil.example'}    | ${'/'}
  ${'javascript:alert(1)'}  | ${'/'}
`('after a sign-in $to is $path', ({ to, path }) => {
  expect(localPath(to)).toBe(path);
});

it('leads nowhere else, whatever a link says', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string().map((text) => `/${text}`),
        fc.webUrl(),
        fc.anything(),
      ),
      (to) => {
        expect(new URL(localPath(to), 'https://p.example').origin).toBe('https://p.example');
      },
    ),
    { numRuns: 500 },
  );
});
