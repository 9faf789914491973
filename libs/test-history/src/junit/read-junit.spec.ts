import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { TestResult } from '../test-result.ts';
import { JunitError } from './junit-error.ts';
import { readJunit } from './read-junit.ts';

function fixture(name: string) {
  return readJunit(readFileSync(join(import.meta.dirname, '../../fixtures', `${name}.xml`)));
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** `status classname name [file] ms` of each test. */
function lines(name: string): string[] {
  return fixture(name).results.map(
    ({ status, classname, name: test, file, durationMs }) =>
      `${status} ${classname} | ${test}${file && ` | ${file}`} ${durationMs}`,
  );
}

describe('a report of', () => {
  it('Maven Surefire: repeated, flaky and skipped tests, times with commas, what output only looks like', () => {
    expect(lines('surefire')).toEqual([
      'passed com.acme.CartTest | addsUp 12',
      'failed com.acme.CartTest | total 1203500',
      'flaky com.acme.CartTest | checkout 600',
      'error com.acme.CartTest | pays 400',
      'skipped com.acme.CartTest | later 0',
      'passed com.acme.CartTest | ships[1] (3 items) 1',
    ]);
    const { results, totals } = fixture('surefire');
    expect(totals).toEqual({ tests: 6, passed: 2, failed: 1, errors: 1, skipped: 1, flaky: 1, durationMs: 1_204_513 });
    expect(results[1]?.message).toBe(
      'expected: <12> but was: <11>\norg.opentest4j.AssertionFailedError: expected: <12> but was: <11>\n\tat com.acme.CartTest.total(CartTest.java:42)',
    );
    expect(results[2]?.message).toMatch(/^timed out\njava.util.concurrent.TimeoutException: timed out\n/);
  });

  it('Gradle: of several tests of one name the worst holds; colours of terminals are no mistake', () => {
    expect(lines('gradle')).toEqual([
      'failed com.acme.shop.CartTest | total() 31',
      'failed com.acme.shop.CartTest | [1] 3 items 3',
      'skipped com.acme.shop.CartTest | printed() 0',
    ]);
  });

  it('pytest: parameters, a teardown that failed, expected failures', () => {
    expect(lines('pytest')).toEqual([
      'failed tests.test_cart.TestCart | test_total[3 items] 1',
      'passed tests.test_cart | test_adds 1',
      'error tests.test_cart | test_db 12',
      'skipped tests.test_cart | test_known 1',
      'skipped tests.test_cart | test_windows 0',
    ]);
  });

  it('jest-junit: files of suites, a suite that could not be run', () => {
    expect(lines('jest-junit')).toEqual([
      'failed cart shows the total | cart shows the total | src/cart.spec.ts 4',
      'passed cart is empty | cart is empty | src/cart.spec.ts 1',
      'skipped cart prints | cart prints | src/cart.spec.ts 0',
      'error Test suite failed to run | src/broken.spec.ts 0',
    ]);
  });

  it('gotestsum: a failure before a success is a flaky test, for no two tests have one name', () => {
    expect(lines('gotestsum')).toEqual([
      'flaky acme.example/shop/cart | TestTotal/three_items 21',
      'failed acme.example/shop/cart | TestPays 1000',
      'passed acme.example/shop/cart | TestAdds 0',
      'skipped acme.example/shop/cart | TestPrints 0',
    ]);
  });

  it('Playwright: flaky tests', () => {
    expect(lines('playwright')).toEqual([
      'failed e2e/cart.spec.ts | cart › shows the total 5201',
      'flaky e2e/cart.spec.ts | cart › is empty 900',
      'passed e2e/cart.spec.ts | cart › ships 300',
    ]);
  });

  it('others: a failure before a success of the same name is no repetition', () => {
    const twice = '<testsuite><testcase name="a"><failure/></testcase><testcase name="a"/></testsuite>';
    expect(readJunit(bytes(twice)).results).toMatchObject([{ name: 'a', status: 'failed' }]);
  });

  it('GoogleTest: what did not run', () => {
    expect(lines('googletest')).toEqual([
      'failed CartTest | Total | /src/cart_test.cc 10',
      'passed CartTest | Adds | /src/cart_test.cc 1',
      'skipped CartTest | DISABLED_Prints | /src/cart_test.cc 0',
      'skipped CartTest | Ships | /src/cart_test.cc 2',
    ]);
  });

  it('others: suites in suites stand for classes; secrets are taken out', () => {
    expect(lines('nested')).toEqual([
      'passed shop > cart > cart::total | total with data set #0 | tests/cart.php 100',
      'failed shop > cart > cart::total | total with data set #1 | tests/cart.php 200',
      'passed ShopTest | opens | tests/shop.php 250',
      'passed  | outside 0',
    ]);
    expect(fixture('nested').results[1]?.message).not.toContain('hunter2');
    expect(fixture('nested').results[1]?.suite).toBe('shop > cart > cart::total');
  });
});

describe('encodings', () => {
  const xml = (encoding: string) =>
    `<?xml version="1.0" encoding="${encoding}"?><testsuite><testcase name="Größe"/></testsuite>`;
  it.each`
    encoding        | encoded
    ${'UTF-8'}      | ${Buffer.from(xml('UTF-8'))}
    ${'UTF-8, BOM'} | ${Buffer.from(`\ufeff${xml('UTF-8')}`)}
    ${'ISO-8859-1'} | ${Buffer.from(xml('ISO-8859-1'), 'latin1')}
    ${'UTF-16'}     | ${Buffer.from(`\ufeff${xml('UTF-16')}`, 'utf16le')}
  `('$encoding is read', ({ encoded }) => {
    expect(readJunit(encoded).results[0]?.name).toBe('Größe');
  });

  it('takes what XML forbids for an unknown character', () => {
    const { results } = readJunit(bytes('<testsuite><testcase name="a&#27;b\u0001c&#xD800;d&#x1F9FA;"/></testsuite>'));
    expect(results[0]?.name).toBe('a\ufffdb\ufffdc\ufffdd🧺');
  });
});

describe('what is refused, with its line', () => {
  const laughs = `<?xml version="1.0"?>
<!DOCTYPE testsuite [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<testsuite><testcase name="&lol2;"/></testsuite>`;
  const outside = `<!DOCTYPE testsuite [<!ENTITY file SYSTEM "file:///etc/passwd">]>
<testsuite><testcase name="a"><failure>&file;</failure></testcase></testsuite>`;
  it.each`
    what                       | text                                                      | line | problem
    ${'nothing'}               | ${''}                                                     | ${0} | ${/found nothing/}
    ${'no XML'}                | ${'Tests: 3 passed'}                                      | ${1} | ${/expected XML/}
    ${'another XML'}           | ${'<html><body/></html>'}                                 | ${1} | ${/expected <testsuites> or <testsuite>, found <html>/}
    ${'an unfinished one'}     | ${'<testsuite>\n<testcase name="a">\n'}                   | ${3} | ${/unclosed tag/}
    ${'a wrong end'}           | ${'<testsuite>\n<testcase name="a"></testsuite>'}         | ${2} | ${/unexpected close tag/}
    ${'a nameless test'}       | ${'<testsuite>\n\n<testcase/></testsuite>'}               | ${3} | ${/a name or a classname/}
    ${'entities of its own'}   | ${laughs}                                                 | ${3} | ${/undefined entity/}
    ${'entities from outside'} | ${outside}                                                | ${2} | ${/undefined entity/}
    ${'an unknown encoding'}   | ${'<?xml version="1.0" encoding="klingon"?><testsuite/>'} | ${1} | ${/encoding such as UTF-8, found klingon/}
    ${'too deep a one'}        | ${`<testsuite>\n${'<testsuite>'.repeat(70)}`}             | ${2} | ${/at most 64 deep/}
  `('$what', ({ text, line, problem }) => {
    const error = thrown(() => readJunit(bytes(text)));
    expect(error).toBeInstanceOf(JunitError);
    expect(error).toMatchObject({ line, problem: expect.stringMatching(problem) });
  });

  it.each`
    what                 | head                                         | piece
    ${'a document type'} | ${'<!DOCTYPE a ['}                           | ${'<'}
    ${'an instruction'}  | ${'<?a '}                                    | ${'?a'}
    ${'a comment'}       | ${'<testsuite><!--'}                         | ${'-a'}
    ${'an output'}       | ${'<testsuite><system-out><![CDATA['}        | ${']'}
    ${'a failure'}       | ${'<testsuite><testcase name="a"><failure>'} | ${'&lt;'}
    ${'a name'}          | ${'<testsuite><testcase name="'}             | ${'&lt;'}
    ${'a long name'}     | ${'<testsuite><testcase name="'}             | ${'a\n'}
  `('$what that the parser puts together out of millions of pieces', ({ head, piece }) => {
    const text = head + piece.repeat(2_100_000);
    expect(() => readJunit(bytes(text))).toThrow(/found none in 2000000 marks$/);
  });

  it.each`
    what                    | head            | piece                      | end
    ${'JSON in CDATA'}      | ${'<![CDATA['}  | ${'{"at":"2026-03-01"}\n'} | ${']]>'}
    ${'JSON behind a text'} | ${'x<![CDATA['} | ${'{"at":"2026-03-01"}\n'} | ${']]>'}
    ${'arrows in a text'}   | ${''}           | ${'-> "a" => ?'}           | ${''}
  `('but not a long log: $what', ({ head, piece, end }) => {
    const log = head + piece.repeat(600_000) + end;
    const text = `<testsuite><testcase name="a"/><system-out>${log}</system-out></testsuite>`;
    expect(readJunit(bytes(text)).totals).toMatchObject({ tests: 1, passed: 1 });
  });

  it('more bytes or tests than we take', () => {
    const tests = bytes(`<testsuite>${'<testcase name="a"/>'.repeat(5)}</testsuite>`);
    expect(() => readJunit(tests, { maxBytes: 50 })).toThrow('expected at most 50 bytes');
    expect(() => readJunit(tests, { maxResults: 4 })).toThrow('expected at most 4 tests, found more');
    expect(readJunit(tests, { maxResults: 5 }).results).toHaveLength(1);
  });
});

describe('anything at all', () => {
  const tag = fc.constantFrom(
    'testsuites',
    'testsuite',
    'testcase',
    'failure',
    'flakyFailure',
    'skipped',
    'property',
    'x',
  );
  const snippet = fc.oneof(
    tag.map((name) => `<${name}>`),
    tag.map((name) => `</${name}>`),
    fc
      .tuple(tag, fc.constantFrom('name', 'classname', 'time', 'message'), fc.string())
      .map(([name, key, value]) => `<${name} ${key}="${value}">`),
    fc.constantFrom(
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '&amp;',
      '&x;',
      '<?xml version="1.0"?>',
      '<!DOCTYPE a [',
      '&#0;',
    ),
    fc.string({ unit: 'binary' }),
  );

  it('is read, or refused as a JunitError', () => {
    const texts = fc
      .array(snippet, { maxLength: 30 })
      .map((pieces) => bytes(`<testsuite>${pieces.join('')}</testsuite>`));
    fc.assert(
      fc.property(fc.oneof(texts, fc.uint8Array({ maxLength: 200 })), (input) => {
        const error = thrown(() => readJunit(input));
        if (error !== undefined) expect(error).toBeInstanceOf(JunitError);
      }),
      { numRuns: 500 },
    );
  });

  it('that is a report is read as it was meant', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((said) => said.trim() === said && !/[\r\n\t=:]/.test(said));
    const test = fc.record({
      classname: text,
      name: text,
      status: fc.constantFrom('passed', 'failed', 'error', 'skipped', 'flaky'),
      durationMs: fc.nat(100_000),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(test, { selector: ({ classname, name }) => `${classname}\n${name}`, maxLength: 8 }),
        (tests) => {
          const { results } = readJunit(bytes(written(tests as Written[])));
          expect(
            results.map(({ classname, name, status, durationMs }) => ({ classname, name, status, durationMs })),
          ).toEqual(tests);
        },
      ),
    );
  });
});

type Written = Pick<TestResult, 'classname' | 'name' | 'status' | 'durationMs'>;

function written(tests: readonly Written[]): string {
  const inside: Partial<Record<TestResult['status'], string>> = {
    passed: '',
    failed: '<failure message="no"/>',
    error: '<error/>',
    skipped: '<skipped/>',
    flaky: '<flakyFailure/>',
  };
  const cases = tests.map(
    ({ classname, name, status, durationMs }) =>
      `<testcase classname="${escaped(classname)}" name="${escaped(name)}" time="${durationMs / 1_000}">${inside[status]}</testcase>`,
  );
  return `<testsuites><testsuite name="s">${cases.join('\n')}</testsuite></testsuites>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function thrown(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
