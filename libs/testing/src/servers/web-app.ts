import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A tiny service as Prometheus sees it: `/metrics` counts its requests by status; anything else is its health check. It serves 20 requests a
 * second to itself, of which `errorRate` end badly.
 */
export class WebApp {
  /** Share of the requests that are answered with 500, from 0 to 1. */
  errorRate = 0;
  /** The status of the health check. */
  status = 200;
  private good = 0;
  private bad = 0;
  private readonly traffic: NodeJS.Timeout;

  private constructor(
    private readonly server: Server,
    private readonly labels: string,
  ) {
    this.traffic = setInterval(() => {
      this.bad += this.errorRate;
      this.good += 1 - this.errorRate;
    }, 50).unref();
    server.on('request', (request, response) => {
      if (request.url !== '/metrics') return response.writeHead(this.status).end('as told');
      return response
        .writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
        .end(
          [
            '# TYPE http_requests_total counter',
            `http_requests_total{${this.labels},status="200"} ${this.good}`,
            `http_requests_total{${this.labels},status="500"} ${this.bad}`,
            '',
          ].join('\n'),
        );
    });
  }

  /** @param name the `service` label of its metrics; `namespace` is `default`. */
  static async start(name: string): Promise<WebApp> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebApp(server, `namespace="default",service="${name}"`);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    clearInterval(this.traffic);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
