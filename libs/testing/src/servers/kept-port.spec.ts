import { keptPort } from './kept-port.ts';

it('gives no port twice, though nobody listens on one, and workers none of each other', async () => {
  const ports: number[] = [];
  for (const worker of [1, 2, 3]) {
    for (let n = 0; n < 400; n += 1) ports.push(await keptPort(worker));
  }
  expect(new Set(ports).size).toBe(1_200);
});
