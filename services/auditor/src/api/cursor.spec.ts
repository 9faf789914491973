import fc from 'fast-check';
import { Cursor, writeCursor } from './cursor.ts';

describe('a cursor', () => {
  it('comes back as it was', () => {
    const position = fc.record({
      openedAt: fc.date({ min: new Date(0), max: new Date('9999-01-01T00:00:00Z'), noInvalidDate: true }),
      id: fc.string({ minLength: 1, maxLength: 64 }).filter((id) => !id.includes('\0')),
    });
    fc.assert(fc.property(position, (each) => expect(Cursor.parse(writeCursor(each))).toEqual(each)));
  });

  it.each(['', 'nonsense', btoa('{}'), btoa('[1]'), btoa('["1","x"]'), btoa('[1e99,"x"]'), btoa('[1,"a\\u0000b"]')])(
    'is refused when it is %j',
    (text) => {
      expect(Cursor.safeParse(text).success).toBe(false);
    },
  );

  it('never lets a foreign text through as an exception', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(typeof Cursor.safeParse(text).success).toBe('boolean')));
  });
});
