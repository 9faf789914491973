import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runLine } from '../../test/command-line.ts';

const AT = '2026-11-28T10:00:00.000Z';
const incident = (id: string, more: object = {}) => ({
  ...{ id, pipelineId: 'acme/shop/ci', name: 'shop', repository: 'acme/shop', platform: 'github', source: 'github' },
  ...{ cause: 'network', action: 'retry', state: 'verifying', openedAt: AT, updatedAt: AT, simulated: false, ...more },
});

/** What was asked, with what a client that comes back names as the last one. */
let asked: { path: string; last: string | undefined }[] = [];
/** What each connection of the stream gets; then it is cut. */
let connections: string[][] = [];
let server: Server;
let url: string;

const event = (id: string, data: object) => `event: incident\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({ path, last: request.headers['last-event-id'] as string | undefined });
    if (path === '/v1/stream') {
      const parts = connections.shift();
      if (parts === undefined) return json(response, { title: 'Away' }, 503);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': ping\n\n');
      for (const part of parts) response.write(part);
      return void setImmediate(() => response.destroy());
    }
    if (path.startsWith('/v1/logs/healing')) {
      return json(response, {
        from: AT,
        to: AT,
        pipeline: 'acme/shop/ci',
        more: true,
        lines: [{ at: AT, text: 'begun again\n' }],
      });
    }
    return json(response, incident('inc_1'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

beforeEach(() => {
  asked = [];
  connections = [];
});

const prunella = (...args: string[]) => runLine(args, { env: { PRUNELLA_URL: url } });

describe('prunella incidents follow', () => {
  it('tells each change, and goes on after the last one when the connection breaks', async () => {
    connections = [
      [event('a', incident('inc_1')), event('b', incident('inc_2', { repository: 'acme/other' }))],
      [event('c', incident('inc_1', { outcome: 'healed', outcomeReason: 'it went\ngreen' }))],
    ];
    const { code, out, err } = await prunella('incidents', 'follow', '--repository', 'acme/shop', '--count', '2');
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        '2026-11-28 10:00:00 inc_1 verifying: shop (network, retry)',
        '2026-11-28 10:00:00 inc_1 healed: shop (network, retry) it went green',
      ],
    });
    expect(asked.map(({ last }) => last)).toEqual([undefined, 'b']);
    expect(err).toEqual([expect.stringContaining('trying again')]);
  });

  it('gives an incident a line with --json', async () => {
    connections = [[event('a', incident('inc_1', { more: 1 }))]];
    const { out } = await prunella('incidents', 'follow', '--json', '--count', '1');
    expect(out.map((line) => JSON.parse(line))).toEqual([incident('inc_1', { more: 1 })]);
  });

  it('says so when nobody answers at first, and what a filter may be', async () => {
    expect(await prunella('incidents', 'follow')).toMatchObject({ code: 3, err: [expect.stringContaining('Away')] });
    expect(await prunella('incidents', 'follow', '--state', 'opne')).toMatchObject({ code: 2 });
  });
});

describe('what was logged about the healing', () => {
  it.each([
    [['logs', 'healing', '--pipeline', 'acme/shop/ci', '--since', '2026-11-28T09:00:00Z', '-n', '5']],
    [['incidents', 'logs', 'inc_1', '--since', '2026-11-28T09:00:00Z', '-n', '5']],
  ])('of a pipeline, or of that of an incident: %j', async (args) => {
    const { code, out } = await prunella(...args);
    expect({ code, out }).toEqual({ code: 0, out: [`${AT}  begun again`, expect.stringContaining('there is more')] });
    expect(asked.at(-1)?.path).toBe(
      `/v1/logs/healing?${new URLSearchParams({ pipeline: 'acme/shop/ci', from: '2026-11-28T09:00:00.000Z', limit: '5' })}`,
    );
  });

  it('as the API says it with --json', async () => {
    const { out } = await prunella('logs', '--pipeline', 'acme/shop/ci', '--json');
    expect(JSON.parse(out.join('\n'))).toMatchObject({ more: true, lines: [{ text: 'begun again\n' }] });
  });
});
