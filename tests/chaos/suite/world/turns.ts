/** Where each process listens, by its name: `auditor`, and with more of them `auditor-2`, ... */
export type Services = ReadonlyMap<string, { readonly url: string }>;

/** Replicas of a service, each in its turn, as a load balancer gives them. */
export class Turns {
  private turn = 0;

  /** All of them, beginning with the one whose turn it is. */
  of(services: Services, service: string): string[] {
    const urls = [...services].filter(([name]) => name.replace(/-\d+$/, '') === service).map(([, { url }]) => url);
    this.turn += 1;
    return urls.map((_, n) => urls[(n + this.turn) % urls.length] ?? '');
  }

  /** Empty: there is none. */
  next(services: Services, service: string): string {
    return this.of(services, service)[0] ?? '';
  }
}
