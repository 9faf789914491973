import { isHeldOut } from './hold-out.ts';

it('watches that part of the incidents, always the same ones', () => {
  const ids = Array.from({ length: 5_000 }, (_, number) => `inc_${number}`);
  const held = ids.filter((id) => isHeldOut(id, 0.1));
  expect(held.length / ids.length).toBeCloseTo(0.1, 1.5);
  expect(ids.filter((id) => isHeldOut(id, 0.1))).toEqual(held);
  // A larger share holds out the same and more.
  expect(held.every((id) => isHeldOut(id, 0.2))).toBe(true);
  expect(ids.some((id) => isHeldOut(id, 0))).toBe(false);
});
