import pc from 'picocolors';
import { humanLine } from './log-line.ts';

const plain = pc.createColors(false);

describe('humanLine', () => {
  it.each`
    line                                                                             | shown
    ${'{"level":30,"msg":"listening","service":"auditor"}'}                          | ${'listening'}
    ${'{"level":30,"msg":"Mapped {/health, GET} route","context":"RouterExplorer"}'} | ${undefined}
    ${'{"level":50,"msg":"no dependency","context":"InstanceLoader"}'}               | ${'no dependency'}
    ${'{"level":50,"msg":"publish failed","err":{"message":"no space left"}}'}       | ${'publish failed: no space left'}
    ${'{"level":60,"msg":"could not go on","error":"port in use"}'}                  | ${'could not go on: port in use'}
    ${'{"level":50,"msg":"port in use","error":"port in use"}'}                      | ${'port in use'}
    ${'{"level":50,"msg":"no","error":{"code":1}}'}                                  | ${'no'}
    ${'{"level":50,"msg":"no","err":{"message":7},"error":"late"}'}                  | ${'no: late'}
    ${`{"level":50,"msg":"no","error":${'['.repeat(8_000)}${']'.repeat(8_000)}}`}    | ${'no'}
    ${'{"not":"a log record"}'}                                                      | ${'{"not":"a log record"}'}
    ${'{"level":30,"ms'}                                                             | ${'{"level":30,"ms'}
    ${'Error: something that is not JSON'}                                           | ${'Error: something that is not JSON'}
    ${'   '}                                                                         | ${undefined}
  `('$line is shown as $shown', ({ line, shown }: { line: string; shown: string | undefined }) => {
    expect(humanLine(line, plain)).toBe(shown);
  });

  it('marks what needs attention', () => {
    const colors = pc.createColors(true);
    expect(humanLine('{"level":40,"msg":"slow"}', colors)).toBe(colors.yellow('slow'));
    expect(humanLine('{"level":50,"msg":"lost"}', colors)).toBe(colors.red('lost'));
  });
});
