import { describe, expect, it } from 'vitest';
import { emailSchema, emailTokenSchema, newPasswordSchema, sessionIdSchema, signUpSchema } from './schemas';
import { nameFromEmail } from './name-from-email';

describe('e-mail addresses', () => {
  it('are one spelling per person', () => {
    expect(emailSchema.parse('  Lin.Wei@Example.COM ')).toBe('lin.wei@example.com');
  });

  it.each(['', 'lin', 'lin@', '@example.com', 'lin@example', 'lin wei@example.com', 'lin@example.com\nBcc: x@example.com', `${'a'.repeat(250)}@example.com`])(
    'are refused when nobody can be reached there: %j',
    (text) => {
      expect(emailSchema.safeParse(text).success).toBe(false);
    },
  );

  it('give a name to who leaves it out', () => {
    expect(nameFromEmail('lin.wei+test@example.com')).toBe('Lin Wei');
    expect(nameFromEmail('ops@example.com')).toBe('Ops');
    expect(nameFromEmail('...@example.com')).toBe('...@example.com');
  });
});

describe('passwords', () => {
  it('are at least twelve and at most 128 characters, whatever they are made of', () => {
    expect(newPasswordSchema.safeParse('a'.repeat(11)).success).toBe(false);
    expect(newPasswordSchema.safeParse('a'.repeat(12)).success).toBe(true);
    expect(newPasswordSchema.safeParse(' '.repeat(128)).success).toBe(true);
    expect(newPasswordSchema.safeParse('a'.repeat(129)).success).toBe(false);
  });

  it('keep their spaces: they are part of the secret', () => {
    expect(signUpSchema.parse({ email: 'a@b.co', password: ' two spaces around ' }).password).toBe(' two spaces around ');
  });
});

describe('names', () => {
  it('never carry a line break into mails and lists', () => {
    for (const name of ['a\nb', 'a\u2028b', 'a\u0000b', 'a\tb']) expect(signUpSchema.safeParse({ email: 'a@b.co', password: 'x'.repeat(12), name }).success).toBe(false);
    expect(signUpSchema.parse({ email: 'a@b.co', password: 'x'.repeat(12), name: ' 林伟 ' }).name).toBe('林伟');
  });
});

describe('ids and tokens', () => {
  it('are refused before they reach the database when they cannot exist', () => {
    expect(emailTokenSchema.safeParse('a'.repeat(43)).success).toBe(true);
    for (const token of ['', 'a'.repeat(42), `${'a'.repeat(42)}=`, 'a'.repeat(44)]) expect(emailTokenSchema.safeParse(token).success).toBe(false);
    expect(sessionIdSchema.safeParse('ses_01m7wc417f02rjk0chzjwg2f1f').success).toBe(true);
    for (const id of ['ses_', 'usr_01m7wc417f02rjk0chzjwg2f1f', 'ses_01m7wc417f02rjk0chzjwg2f1i', "ses_' OR 1=1 --"]) expect(sessionIdSchema.safeParse(id).success).toBe(false);
  });
});
