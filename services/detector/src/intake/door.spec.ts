import { setImmediate as turn } from 'node:timers/promises';
import { Door } from './door.ts';

const FOR_EVER = 2 ** 30;

/** Senders that wait until they are let go. */
function senders(door: Door, count: number): { letGo(): Promise<void> } {
  const ends: (() => void)[] = [];
  const all = Array.from({ length: count }, () =>
    door.answer(() => new Promise<void>((resolve) => ends.push(resolve))),
  );
  return {
    async letGo() {
      for (const end of ends) end();
      await Promise.all(all);
    },
  };
}

/** Begins to make room, and notes in `done` when there was some. */
function resting(door: Door, done: string[], name: string): Promise<void> {
  return door.makeRoom(FOR_EVER).then(() => void done.push(name));
}

async function settled(): Promise<void> {
  for (let n = 0; n < 5; n += 1) await turn();
}

describe('Door', () => {
  it('keeps nobody waiting when few senders do', async () => {
    const door = new Door();
    const few = senders(door, 7);
    await door.makeRoom(FOR_EVER);
    await few.letGo();
  });

  it('keeps others waiting while many senders do, and lets them on one after the other', async () => {
    const door = new Door();
    const [first, others] = [senders(door, 1), senders(door, 7)];
    const done: string[] = [];
    const all = Promise.all([resting(door, done, 'a'), resting(door, done, 'b'), resting(door, done, 'c')]);
    await settled();
    expect(done).toEqual([]);
    await first.letGo();
    await settled();
    expect(done).toEqual(['a']);
    await others.letGo();
    await all;
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('keeps nobody waiting for ever', async () => {
    const door = new Door();
    const many = senders(door, 100);
    await door.makeRoom(1);
    await many.letGo();
  });

  it('says what the work said, and counts those that failed as gone', async () => {
    const door = new Door();
    expect(await door.answer(() => Promise.resolve(5))).toBe(5);
    for (let n = 0; n < 20; n += 1) {
      await expect(door.answer(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    await door.makeRoom(FOR_EVER);
  });
});
