import type { IssuedToken } from '#protocol/api';
import type { ServerUnderTest } from './server-under-test.js';

type Added = { readonly role?: 'viewer' | 'operator' | 'admin'; readonly expiresInDays?: number };

/** Adds an operator as `admin`, and hands out its token. */
export async function tokenFor(server: ServerUnderTest, name: string, { role = 'viewer', ...more }: Added = {}): Promise<string> {
  const { status, text, body } = await server.request<IssuedToken>('POST', '/api/v1/operators', { body: { name, role, ...more } });
  if (status !== 201) throw new Error(`${status}: ${text}`);
  return body.token;
}
