import { ProviderError } from '@prunella/core';
import { z } from 'zod';
import { largeJson } from './large-json.ts';

const Report = z.object({ name: z.string() });
const about = { provider: 'gitlab', what: 'get test report' };

/** As it comes over the wire: in pieces. */
async function* body(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 100) yield Buffer.from(text.slice(at, at + 100));
}

const deep = (levels: number) => `{"name":"a","more":${'['.repeat(levels)}${']'.repeat(levels)}}`;

it('reads what is as deep as it may be', async () => {
  expect(await largeJson(body(deep(199)), Report, about)).toEqual({ name: 'a' });
});

it.each`
  what                   | text               | says
  ${'too deep'}          | ${deep(200)}       | ${'expected JSON at most 200 deep'}
  ${'too deep, and cut'} | ${'['.repeat(1e6)} | ${'expected JSON at most 200 deep'}
  ${'no JSON'}           | ${'<html>'}        | ${'JSON'}
  ${'another one'}       | ${'{"name":1}'}    | ${'expected string'}
`('$what: refused, and why', async ({ text, says }) => {
  const error = await largeJson(body(text), Report, about).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ problem: 'unavailable', message: expect.stringContaining(says) });
});

it('tells what is longer than we take from what is wrong', async () => {
  expect(await largeJson(body(deep(100)), Report, { ...about, mostBytes: 150 })).toBeUndefined();
});
