import { addressOf, isLoopbackHost, isReachable } from './address.ts';

it.each`
  address                   | isPublic | what
  ${'93.184.216.34'}        | ${true}  | ${'public'}
  ${'2606:2800:220:1::1'}   | ${true}  | ${'public'}
  ${'::ffff:93.184.216.34'} | ${true}  | ${'public, mapped'}
  ${'127.0.0.1'}            | ${false} | ${'this machine'}
  ${'127.8.8.8'}            | ${false} | ${'this machine'}
  ${'::1'}                  | ${false} | ${'this machine'}
  ${'::ffff:127.0.0.1'}     | ${false} | ${'this machine, mapped'}
  ${'0.0.0.0'}              | ${false} | ${'this machine for Linux'}
  ${'::'}                   | ${false} | ${'this machine for Linux'}
  ${'10.1.2.3'}             | ${false} | ${'private'}
  ${'172.31.255.255'}       | ${false} | ${'private'}
  ${'192.168.0.1'}          | ${false} | ${'private'}
  ${'fc00::1'}              | ${false} | ${'private'}
  ${'::ffff:10.1.2.3'}      | ${false} | ${'private, mapped'}
  ${'169.254.169.254'}      | ${false} | ${'metadata of AWS, Azure, Google'}
  ${'::ffff:a9fe:a9fe'}     | ${false} | ${'the same, mapped'}
  ${'64:ff9b::a9fe:a9fe'}   | ${false} | ${'the same, translated (NAT64)'}
  ${'2002:a9fe:a9fe::1'}    | ${false} | ${'the same, tunnelled (6to4)'}
  ${'fd00:ec2::254'}        | ${false} | ${'metadata of AWS'}
  ${'100.100.100.200'}      | ${false} | ${'metadata of Alibaba'}
  ${'192.0.0.192'}          | ${false} | ${'metadata of Oracle'}
  ${'168.63.129.16'}        | ${false} | ${"Azure's WireServer"}
  ${'fe80::1'}              | ${false} | ${'link-local'}
  ${'fe80::1%eth0'}         | ${false} | ${'link-local with its zone'}
  ${'224.0.0.1'}            | ${false} | ${'multicast'}
  ${'255.255.255.255'}      | ${false} | ${'broadcast'}
  ${'203.0.113.7'}          | ${false} | ${'documentation'}
  ${'2001::1'}              | ${false} | ${'tunnelled (Teredo)'}
  ${'example.org'}          | ${false} | ${'no address'}
  ${''}                     | ${false} | ${'no address'}
`('$address is $what', ({ address, isPublic }) => {
  expect(isReachable(address, 'public')).toBe(isPublic);
});

it('lets a loopback address pass where one is asked for, and no other', () => {
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].every((one) => isReachable(one, 'public-or-loopback'))).toBe(true);
  expect(['10.1.2.3', '169.254.169.254', 'fe80::1'].some((one) => isReachable(one, 'public-or-loopback'))).toBe(false);
});

// Browsers, and attackers, write an IPv4 address in many ways; URL makes one of them.
it.each`
  url                            | loopback | address
  ${'http://2130706433/'}        | ${true}  | ${'127.0.0.1'}
  ${'http://0x7f.1/'}            | ${true}  | ${'127.0.0.1'}
  ${'http://0177.0.0.1/'}        | ${true}  | ${'127.0.0.1'}
  ${'http://[::1]/'}             | ${true}  | ${'::1'}
  ${'http://2852039166/'}        | ${false} | ${'169.254.169.254'}
  ${'http://localhost/'}         | ${true}  | ${undefined}
  ${'http://a.localhost/'}       | ${true}  | ${undefined}
  ${'http://127.0.0.1.nip.io/'}  | ${false} | ${undefined}
  ${'http://localhost.example/'} | ${false} | ${undefined}
`('$url', ({ url, loopback, address }) => {
  const { hostname } = new URL(url);
  expect([isLoopbackHost(hostname), addressOf(hostname)]).toEqual([loopback, address]);
});
