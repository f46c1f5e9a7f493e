import { createHash, randomBytes } from 'node:crypto';

/** 256 bits from the system's generator; the prefix lets scanners for leaked secrets find it. */
export function newToken(): string {
  return `kiroku_${randomBytes(32).toString('base64url')}`;
}

/** What the log keeps of a token. It is random and long, so that a plain SHA-256 gives nothing away. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
