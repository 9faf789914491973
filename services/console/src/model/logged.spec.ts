import { fieldOf, SPANS, saidIn, spanOf } from './logged.ts';

it.each`
  line                                              | said
  ${'{"time":"x","msg":"healing: retry was done"}'} | ${'healing: retry was done'}
  ${'{"msg":7}'}                                    | ${'{"msg":7}'}
  ${'{"msg":"cut o'}                                | ${'{"msg":"cut o'}
  ${'Error: refused'}                               | ${'Error: refused'}
`('$line says $said', ({ line, said }) => {
  expect(saidIn(line)).toBe(said);
});

it('asks for the time of the incident, a day or a week, or any two times', () => {
  const now = Date.UTC(2026, 10, 9);
  const open = { openedAt: '2026-11-08T10:00:00Z', closedAt: null };
  const [own, day, week] = SPANS.map(({ of }) => of(open, now));
  expect(own).toEqual({ from: Date.UTC(2026, 10, 8, 9, 55), to: now });
  expect(SPANS[0]?.of({ ...open, closedAt: '2026-11-08T11:00:00Z' }, now).to).toBe(Date.UTC(2026, 10, 8, 11, 5));
  expect([day?.from, week?.from]).toEqual([Date.UTC(2026, 10, 8), Date.UTC(2026, 10, 2)]);
  expect(fieldOf(now)).toBe('2026-11-09T00:00');
  expect(spanOf('2026-11-08T10:00', '2026-11-08T10:05')).toEqual({
    from: Date.UTC(2026, 10, 8, 10),
    to: Date.UTC(2026, 10, 8, 10, 5),
  });
  expect([spanOf('2026-11-08T10:00', '2026-11-08T10:00'), spanOf('', '2026-11-08T10:00')]).toEqual([
    undefined,
    undefined,
  ]);
});
