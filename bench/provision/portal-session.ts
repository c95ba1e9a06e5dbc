import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A signed-in caller of the portal's HTTP interface, as a browser is one: a cookie and the portal's own origin. */
export class PortalSession {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly portalUrl: string) {}

  get(path: string): Promise<unknown> {
    return this.send('GET', path);
  }

  post(path: string, body: unknown = {}): Promise<unknown> {
    return this.send('POST', path, JSON.stringify(body));
  }

  patch(path: string, body: unknown): Promise<unknown> {
    return this.send('PATCH', path, JSON.stringify(body));
  }

  /** next-auth's credentials flow. */
  async signIn(email: string, password: string): Promise<void> {
    const { csrfToken } = (await this.get('/api/auth/csrf')) as { csrfToken: string };
    const form = new URLSearchParams({ csrfToken, email, password, json: 'true' });
    const { url } = (await this.send('POST', '/api/auth/callback/credentials', form)) as { url: string };
    if (new URL(url, this.portalUrl).searchParams.has('error')) throw new Error(`${email} could not sign in`);
  }

  private async send(method: string, path: string, body?: string | URLSearchParams): Promise<unknown> {
    const response = await fetch(this.portalUrl + path, {
      method,
      headers: {
        origin: this.portalUrl,
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name) this.cookies.set(name, value ?? '');
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 400)}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** Signs in the portal admin with the password that the first start made. */
export async function adminSession(portalUrl: string, data: string, email: string): Promise<PortalSession> {
  const session = new PortalSession(portalUrl);
  await session.signIn(email, readFileSync(path.join(data, 'admin-password'), 'utf8').trim());
  return session;
}
