import type { IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import { bytesOf, textOf } from '../target.ts';
import { text } from './text.ts';

/** What a source of the detector reads of a request. */
export interface HttpInput {
  headers: IncomingHttpHeaders;
  query: URLSearchParams;
  body: Buffer;
}

const END = bytesOf('\n\n');

/** A request as bytes: a line with the query, one for each header, an empty one, and the body as it is. */
export function httpBytes(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | string,
  query = '',
): Uint8Array {
  const head = [`?${query}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${oneLine(value)}`)].join(
    '\n',
  );
  return Buffer.concat([bytesOf(head), END, typeof body === 'string' ? bytesOf(body) : body]);
}

/** The request that bytes stand for; any bytes do. Names and values as Node hands them over: names in lower case, values in latin1, no line ends. */
export function httpInput(bytes: Uint8Array): HttpInput {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = buffer.indexOf(END);
  const head = textOf(end < 0 ? new Uint8Array() : buffer.subarray(0, end)).split('\n');
  const headers: IncomingHttpHeaders = {};
  for (const line of head.slice(1)) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+): ?(.*)$/s.exec(line) ?? [];
    if (name !== undefined && value !== undefined)
      headers[name.toLowerCase()] = Buffer.from(oneLine(value)).toString('latin1');
  }
  return {
    headers,
    query: new URLSearchParams(head[0]?.slice(1) ?? ''),
    body: end < 0 ? buffer : buffer.subarray(end + END.length),
  };
}

/** Headers near the given ones: one of them is another text, or is gone. */
export function headersNear(sets: readonly Readonly<Record<string, string>>[]): fc.Arbitrary<Record<string, string>> {
  return fc
    .tuple(fc.nat(sets.length - 1), fc.option(fc.tuple(fc.nat(), fc.option(text, { freq: 3 })), { freq: 1 }))
    .map(([at, change]) => {
      const headers = { ...sets[at] };
      const names = Object.keys(headers);
      const name = change === null ? undefined : names[change[0] % Math.max(names.length, 1)];
      if (name === undefined || change === null) return headers;
      if (change[1] === null) delete headers[name];
      else headers[name] = change[1];
      return headers;
    });
}

function oneLine(value: string): string {
  return value.replaceAll(/[\r\n\0]/g, ' ');
}
