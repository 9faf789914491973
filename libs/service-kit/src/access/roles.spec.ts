import { isCrossOrigin } from './cross-origin.ts';
import { isOwnHost } from './own-host.ts';
import { leastRole, may, permissions, roles } from './roles.ts';

it.each`
  role          | may
  ${'reporter'} | ${'report'}
  ${'viewer'}   | ${'read'}
  ${'operator'} | ${'read report operate'}
  ${'admin'}    | ${'read report operate administer'}
`('$role may $may', ({ role, may: expected }) => {
  expect(permissions.filter((permission) => may(role, permission)).join(' ')).toBe(expected);
});

it('names the least role that may', () => {
  expect(permissions.map(leastRole)).toEqual(['viewer', 'reporter', 'operator', 'admin']);
  expect(roles.at(-1)).toBe('admin');
});

it.each`
  who                                 | headers                                                                     | cross
  ${'a program'}                      | ${{ host: 'p.example' }}                                                    | ${false}
  ${'our page'}                       | ${{ host: 'p.example', 'sec-fetch-site': 'same-origin' }}                   | ${false}
  ${'an address typed'}               | ${{ host: 'p.example', 'sec-fetch-site': 'none' }}                          | ${false}
  ${'a page of another site'}         | ${{ host: 'p.example', 'sec-fetch-site': 'cross-site' }}                    | ${true}
  ${'a page of a neighbour'}          | ${{ host: 'p.example', 'sec-fetch-site': 'same-site' }}                     | ${true}
  ${'an old browser, our page'}       | ${{ host: 'p.example:71', origin: 'https://p.example:71' }}                 | ${false}
  ${'an old browser, another page'}   | ${{ host: 'p.example', origin: 'https://evil.example' }}                    | ${true}
  ${'a page without an origin'}       | ${{ host: 'p.example', origin: 'null' }}                                    | ${true}
  ${'one that lies about its origin'} | ${{ host: 'p.example', origin: 'http://p.example', 'sec-fetch-site': 'x' }} | ${true}
`('$who: $cross', ({ headers, cross }) => {
  expect(isCrossOrigin({ headers })).toBe(cross);
});

it.each`
  host                        | own
  ${undefined}                | ${true}
  ${'127.0.0.1:7100'}         | ${true}
  ${'[::1]:7100'}             | ${true}
  ${'localhost'}              | ${true}
  ${'LOCALHOST:7100'}         | ${true}
  ${'prunella.localhost'}     | ${true}
  ${'192.168.1.5:7100'}       | ${true}
  ${'p.example:7100'}         | ${true}
  ${'rebound.example:7100'}   | ${false}
  ${'127.evil.example'}       | ${false}
  ${'127.0.0.1.evil.example'} | ${false}
  ${'localhost.evil.example'} | ${false}
  ${'p.example.evil.example'} | ${false}
  ${'p.example@evil.example'} | ${false}
  ${'not a host'}             | ${false}
`('a request to $host is to a name of our own: $own', ({ host, own }) => {
  expect(isOwnHost({ headers: { host } }, 'http://p.example')).toBe(own);
});
