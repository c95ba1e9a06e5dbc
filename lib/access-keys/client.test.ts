import { describe, expect, it } from 'vitest';
import { issueAccessKeySchema } from './client';

describe('issueAccessKeySchema', () => {
  it('makes a writing header key without expiry or origins when nothing is said', () => {
    expect(issueAccessKeySchema.parse({})).toEqual({ label: '', kind: 'HEADER', scope: 'WRITE', origins: [] });
  });

  it('takes an origin as browsers send it, and nothing that never matches one', () => {
    expect(issueAccessKeySchema.parse({ origins: ['https://App.example/', 'http://localhost:5173', '*'] }).origins).toEqual(['https://app.example', 'http://localhost:5173', '*']);
    for (const origin of ['https://app.example/path', 'app.example', 'ftp://app.example', 'https://user@app.example', '', 'null', 'javascript:alert(1)']) {
      expect(issueAccessKeySchema.safeParse({ origins: [origin] }).success, origin).toBe(false);
    }
  });

  it('limits every size', () => {
    expect(issueAccessKeySchema.safeParse({ label: 'x'.repeat(61) }).success).toBe(false);
    expect(issueAccessKeySchema.safeParse({ label: 'two\nlines' }).success).toBe(false);
    expect(issueAccessKeySchema.safeParse({ origins: Array.from({ length: 21 }, (_, index) => `https://a${index}.example`) }).success).toBe(false);
    expect(issueAccessKeySchema.safeParse({ expiresInDays: 0 }).success).toBe(false);
    expect(issueAccessKeySchema.safeParse({ expiresInDays: 3_651 }).success).toBe(false);
    expect(issueAccessKeySchema.safeParse({ secret: 'mine' }).success).toBe(false);
  });
});
