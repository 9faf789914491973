import fc from 'fast-check';
import { touchedTests } from './touched-tests.ts';

it.each<[string, string[], string, string[]]>([
  ['Jest', ['src/cart.spec.ts'], 'FAIL src/cart.spec.ts (5.1 s)', ['src/cart.spec.ts']],
  ['pytest', ['tests/test_cart.py'], 'FAILED tests/test_cart.py::test_total - assert 1 == 2', ['tests/test_cart.py']],
  ['Go', ['cart/cart_test.go'], '    cart_test.go:12: error: got 1, want 2', ['cart/cart_test.go']],
  ['JUnit', ['src/test/java/CartTest.java'], 'CartTest > total() FAILED', ['src/test/java/CartTest.java']],
  ['Playwright', ['e2e/cart.spec.ts'], '  ✘  1 [chromium] › cart.spec.ts:3:5 › total (retry #1)', ['e2e/cart.spec.ts']],
  ['a test that passed', ['src/cart.spec.ts'], 'PASS src/cart.spec.ts', []],
  ['another test', ['src/cart.spec.ts'], 'FAIL src/shopping-cart.spec.ts', []],
  ['a file that is no test', ['src/cart.ts'], 'FAIL src/cart.ts', []],
  ['nothing changed', [], 'FAIL src/cart.spec.ts', []],
  ['a name in every second line', ['test/a.ts'], 'error: a', []],
])('%s', (_what, changed, log, touched) => {
  expect(touchedTests(changed, ['Run npm test', log])).toEqual(touched);
});

it('only ever names files that were changed', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (changed, logs) => {
      for (const path of touchedTests(changed, logs)) expect(changed).toContain(path);
    }),
  );
});
