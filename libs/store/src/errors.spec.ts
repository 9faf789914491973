import { ConfigError, UnreachableError } from '@prunella/core';
import { kindOf, translated } from './errors.ts';

function coded(code: string, message = 'something'): Error {
  return Object.assign(new Error(message), { code });
}

describe('errors of Postgres', () => {
  it.each([
    ['08006', 'away'],
    ['57P01', 'away'],
    ['57P03', 'away'],
    ['57014', 'away'],
    ['58030', 'away'],
    ['53300', 'away'],
    ['ECONNREFUSED', 'away'],
    ['ECONNRESET', 'away'],
    ['EPIPE', 'away'],
    ['ENOTFOUND', 'away'],
    ['28P01', 'refused'],
    ['3D000', 'refused'],
    ['40001', 'collision'],
    ['40P01', 'collision'],
    ['23505', 'other'],
    ['22P02', 'other'],
    ['ENOENT', 'other'],
  ])('%s means %s, also when it is wrapped', (code, kind) => {
    expect(kindOf(coded(code))).toBe(kind);
    expect(kindOf(Object.assign(new Error('Query failed'), { driverError: coded(code) }))).toBe(kind);
    expect(kindOf(new AggregateError([new Error('other'), coded(code)]))).toBe(kind);
    expect(kindOf(new Error('outer', { cause: coded(code) }))).toBe(kind);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Query read timeout',
  ])('"%s" of the client means away', (message) => {
    expect(kindOf(new Error(message))).toBe('away');
  });

  it.each([undefined, null, 'text', 7, {}, new Error('duplicate key')])(
    '%p is none of ours and stays as it is',
    (error) => {
      expect(kindOf(error)).toBe('other');
      expect(translated(error, 'db:5432/x')).toBe(error);
    },
  );

  it('say what was expected where, and what to do', () => {
    const away = translated(coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5433'), '127.0.0.1:5433/prunella');
    expect(away).toBeInstanceOf(UnreachableError);
    expect(String(away)).toContain('127.0.0.1:5433/prunella');
    expect(translated(coded('28P01', 'password authentication failed'), 'db')).toBeInstanceOf(ConfigError);
    expect(translated(away, 'elsewhere')).toBe(away);
  });
});
