import { parseCookie } from 'cookie';

/** As much of a browser as signing in needs: it follows redirects and keeps cookies of each origin. */
export class Browser {
  private readonly jars = new Map<string, Map<string, string>>();

  /** @param hosts origins that stand for others: `{ 'http://prunella.test': 'http://127.0.0.1:4711' }`. */
  constructor(private readonly hosts: Readonly<Record<string, string>>) {}

  async go(
    address: string,
    request: { method?: string; form?: Record<string, string> } = {},
    stopAt: (url: URL) => boolean = () => false,
  ): Promise<Page> {
    let [url, { method = 'GET', form }] = [new URL(address), request];
    for (let hops = 0; hops < 20; hops += 1) {
      const jar = this.jars.get(url.origin) ?? new Map<string, string>();
      this.jars.set(url.origin, jar);
      const response = await fetch(url.href.replace(url.origin, this.hosts[url.origin] ?? url.origin), {
        method,
        redirect: 'manual',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form && { body: new URLSearchParams(form) }),
      });
      for (const line of response.headers.getSetCookie()) keep(jar, line);
      const to = response.headers.get('location');
      const text = await response.text();
      if (to === null) return { url, status: response.status, text };
      [url, method, form] = [new URL(to, url), 'GET', undefined];
      if (stopAt(url)) return { url, status: response.status, text };
    }
    throw new Error(`redirected for ever, at last to ${url.href}`);
  }

  cookiesOf(origin: string): string {
    return [...(this.jars.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

export interface Page {
  url: URL;
  status: number;
  text: string;
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const [name = ''] = pair.split('=');
  const gone = /max-age=0|expires=thu, 01 jan 1970/i.test(line);
  if (gone) jar.delete(name);
  else jar.set(name, parseCookie(pair, { decode: (text) => text })[name] ?? '');
}
