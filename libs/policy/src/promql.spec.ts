import fc from 'fast-check';
import { filled, placesIn, queryFor } from './promql.ts';

describe('the placeholders of a query', () => {
  it.each`
    query                                    | places
    ${'a{n="{{name}}"}'}                     | ${[['name', '"', false]]}
    ${"a{n='{{ name }}'}"}                   | ${[['name', "'", false]]}
    ${'a{n=~"{{name}}-.*"}'}                 | ${[['name', '"', true]]}
    ${'a{n!~ `{{name}}`}'}                   | ${[['name', '`', true]]}
    ${'{{name}}_total'}                      | ${[['name', '', false]]}
    ${'a{n=~"x\\"{{a}}", m="{{b}}"} + b'}    | ${[['a', '"', true], ['b', '"', false]]}
    ${"a # it's {{no}} placeholder\n+{{b}}"} | ${[['b', '', false]]}
    ${'a{n="# {{name}}"}'}                   | ${[['name', '"', false]]}
    ${'a{n="{{name"}'}                       | ${[]}
  `('of $query are found where they stand', ({ query, places }) => {
    expect(placesIn(query as string).map(({ name, quote, regex }) => [name, quote, regex])).toEqual(places);
  });

  it('are filled with what stands for itself, whatever it is made of', () => {
    const value = fc.string({ unit: fc.constantFrom(...'\\"\'`{}()[]^$.|?*+#=~ a-1\n') });
    fc.assert(
      fc.property(value, fc.constantFrom('"', "'"), (name, quote) => {
        const query = filled(`a{n=${quote}{{name}}${quote},m=~${quote}{{name}}${quote}} == 1`, { name });
        const [plain = '', regex = ''] = literalsIn(query, quote);
        expect(query.replace(`${quote}${plain}${quote}`, '').replace(`${quote}${regex}${quote}`, '')).toBe(
          'a{n=,m=~} == 1',
        );
        expect(read(plain)).toBe(name);
        expect(new RegExp(`^(?:${read(regex)})$`).test(name)).toBe(true);
        expect(new RegExp(`^(?:${read(regex)})$`).test(`${name}x`)).toBe(false);
      }),
    );
  });

  it('take of an event only what is a name', () => {
    const workload = (name: string) => ({ kind: 'Deployment', namespace: 'shop', name, container: '' });
    expect(queryFor('{{name}}_total', workload('a} or b'))).toHaveProperty('why');
    expect(queryFor('a{n=~"{{name}}"}', workload('web.v1'))).toEqual({ query: 'a{n=~"web\\\\.v1"}' });
  });
});

/** What is between quotes, as it is written. */
function literalsIn(query: string, quote: string): string[] {
  return [...query.matchAll(new RegExp(`${quote}((?:\\\\.|[^${quote}\\\\])*)${quote}`, 'g'))].map(
    ([, text = '']) => text,
  );
}

/** As Prometheus reads it. */
function read(literal: string): string {
  return literal.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
}
