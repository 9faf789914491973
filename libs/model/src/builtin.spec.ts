import { builtinModel } from './builtin.ts';
import { failureOf } from './examples.fixture.ts';
import { judge } from './model.ts';

describe('the model that comes with Prunella', () => {
  const model = builtinModel();

  it('says where it comes from and how good it is', () => {
    expect(model.data.length).toBeGreaterThan(1);
    expect(Date.parse(model.createdAt)).not.toBeNaN();
    expect(model.metrics['accuracy']).toBeGreaterThan(0.8);
  });

  it.each([
    ['network', 'curl: (6) Could not resolve host: deb.debian.org'],
    ['disk_full', 'cp: error writing /var/lib/data: No space left on device'],
    ['compile_error', 'src/main.c:3:10: fatal error: foo.h: No such file or directory'],
    ['test_failure', '3 passing, 1 failing: AssertionError: expected 1 to equal 2'],
  ])('knows %s', (cause, text) => {
    expect(
      judge(model, failureOf(text))
        .causes.slice(0, 2)
        .map((guess) => guess.cause),
    ).toContain(cause);
  });
});
