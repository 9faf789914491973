import fc from 'fast-check';
import { testInEvidence } from './test-in-evidence.ts';

it.each([
  ['  ● cart › shows the total', 'cart › shows the total'],
  ['● cart › when empty › shows 0 €', 'cart › when empty › shows 0 €'],
  ['● Test suite failed to run', undefined],
  ['FAILED src/test_cart.py::test_total - AssertionError: 3', 'src/test_cart.py::test_total'],
  [
    'FAILED test_cart.py::TestCart::test_total[3 items] - assert [1] == [2]',
    'test_cart.py::TestCart::test_total[3 items]',
  ],
  ['FAILED test_cart.py::test_total', 'test_cart.py::test_total'],
  ['src/test_cart.py::test_total FAILED                       [ 50%]', 'src/test_cart.py::test_total'],
  ['src/test_cart.py::test_total RERUN [ 50%]', 'src/test_cart.py::test_total'],
  ['src/test_cart.py::test_total PASSED [ 50%]', undefined],
  ['src/test_cart.py:12: AssertionError', undefined],
  ['--- FAIL: TestTotal (0.02s)', 'TestTotal'],
  ['    --- FAIL: TestTotal/three_items (0.00s)', 'TestTotal/three_items'],
  ['--- PASS: TestTotal (0.02s)', undefined],
  ['CartTest > total() FAILED', 'CartTest > total()'],
  ['com.acme.CartTest > when empty > shows 0 FAILED', 'com.acme.CartTest > when empty > shows 0'],
  ['> Task :app:test FAILED', undefined],
  ['CartTest > total() PASSED', undefined],
  [
    '  1) [chromium] › e2e/cart.spec.ts:3:5 › cart › shows the total ─────────',
    '[chromium] › e2e/cart.spec.ts › cart › shows the total',
  ],
  ['  ✘  1 [chromium] › e2e/cart.spec.ts:3:5 › cart (retry #1) (1.2s)', '[chromium] › e2e/cart.spec.ts › cart'],
  ['    e2e/cart.spec.ts:3:5 › shows the total ──', 'e2e/cart.spec.ts › shows the total'],
  ['Flaky test detected: checkout shows the total', 'checkout shows the total'],
  ['  1 flaky', undefined],
  ['Error: 3 tests failed', undefined],
  [`FAILED test_cart.py::${'x'.repeat(3_000)}`, undefined],
])('%j names %j', (line, name) => {
  expect(testInEvidence([line])).toBe(name);
});

it('takes the first line that names one', () => {
  expect(testInEvidence(['  1 flaky', '--- FAIL: TestA', '--- FAIL: TestB'])).toBe('TestA');
});

it('takes any text, in no time', () => {
  const pieces = fc.constantFrom('● ', ' › ', '[', ']', ':3:5', 'a', ' ', '::', '.py', ' > ', 'FAILED', '(', 's)', '─');
  const lines = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 400 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 5 }), (texts) => {
      const found = testInEvidence(texts);
      expect(found === undefined || (found.trim() === found && found !== '')).toBe(true);
    }),
  );
});
