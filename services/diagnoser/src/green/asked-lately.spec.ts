import { AskedLately } from './asked-lately.ts';

it('remembers until then, with the reason', () => {
  const asked = new AskedLately();
  asked.remember('a', 100);
  asked.remember('b', 100, 'nobody was there');
  expect([asked.find('a', 99), asked.find('b', 99)]).toMatchObject([{ gap: undefined }, { gap: 'nobody was there' }]);
  expect([asked.find('a', 100), asked.find('c', 0)]).toEqual([undefined, undefined]);
});

it('forgets the oldest when there are too many', () => {
  const asked = new AskedLately();
  for (let at = 0; at < 10_000; at++) asked.remember(`${at}`, 100);
  asked.remember('0', 200);
  asked.remember('one more', 100);
  expect([asked.find('0', 50), asked.find('1', 50), asked.find('2', 50)]).toMatchObject([{}, undefined as never, {}]);
});
