import { together } from './together.ts';

describe('together', () => {
  it('lets all who wait in one turn of the event loop go on one after the other, before anything else is done', async () => {
    const order: string[] = [];
    const wait = async (name: string) => {
      await together();
      order.push(name);
      queueMicrotask(() => order.push(`sent ${name}`));
    };
    await Promise.all([wait('a'), wait('b'), wait('c')]);
    expect(order.slice(0, 3)).toEqual(['a', 'b', 'c']);
    await wait('d');
    expect(order).toEqual(['a', 'b', 'c', 'sent a', 'sent b', 'sent c', 'd', 'sent d']);
  });
});
