import { isNamed } from './name-in-line.ts';

it.each`
  logged                                                      | classname                     | name                        | file                    | same
  ${'tests/test_cart.py::TestCart::test_total[3 items]'}      | ${'tests.test_cart.TestCart'} | ${'test_total[3 items]'}    | ${''}                   | ${true}
  ${'tests/test_cart.py::test_total'}                         | ${'tests.test_cart'}          | ${'test_total'}             | ${'tests/test_cart.py'} | ${true}
  ${'tests/test_pay.py::test_total'}                          | ${'tests.test_cart'}          | ${'test_total'}             | ${''}                   | ${false}
  ${'tests/test_cart.py::test_total_of_all'}                  | ${'tests.test_cart'}          | ${'test_total'}             | ${''}                   | ${false}
  ${'com.acme.CartTest > total()'}                            | ${'com.acme.CartTest'}        | ${'total()'}                | ${''}                   | ${true}
  ${'com.acme.PayTest > total()'}                             | ${'com.acme.CartTest'}        | ${'total()'}                | ${''}                   | ${false}
  ${'TestTotal/three_items'}                                  | ${'acme.example/shop/cart'}   | ${'TestTotal/three_items'}  | ${''}                   | ${true}
  ${'TestTotal'}                                              | ${'acme.example/shop/cart'}   | ${'TestTotal/three_items'}  | ${''}                   | ${false}
  ${'cart › shows the total'}                                 | ${'cart shows the total'}     | ${'cart shows the total'}   | ${''}                   | ${true}
  ${'cart › shows the total'}                                 | ${'cart'}                     | ${'shows the total'}        | ${''}                   | ${true}
  ${'[chromium] › e2e/cart.spec.ts › cart › shows the total'} | ${'e2e/cart.spec.ts'}         | ${'cart › shows the total'} | ${''}                   | ${true}
  ${'x'}                                                      | ${'c'}                        | ${'...'}                    | ${''}                   | ${false}
`('"$logged" is $classname, $name: $same', ({ logged, classname, name, file, same }) => {
  expect(isNamed(logged, { classname, name, file })).toBe(same);
});
