import { describe, expect, it } from 'vitest';
import { passwordChangedMail, resetPasswordMail, verifyEmailMail } from './templates';

const link = 'https://portal.example/reset-password#token=abc';

describe('mails', () => {
  it.each([
    ['verify', verifyEmailMail({ name: 'Lin Wei', link, hours: 48 })],
    ['reset', resetPasswordMail({ name: 'Lin Wei', link, hours: 1 })],
    ['changed', passwordChangedMail({ name: 'Lin Wei', link })],
  ])('%s: text and HTML carry the same link and greet the person', (_name, mail) => {
    expect(mail.text).toContain(`\n${link}\n`);
    expect(mail.html).toContain(`href="${link}"`);
    expect(mail.text).toMatch(/^Hello Lin Wei,/);
    expect(mail.subject).not.toMatch(/[\r\n]/);
  });

  it('show a name as text, whatever signs it is made of', () => {
    const mail = verifyEmailMail({ name: '<img src=x onerror="alert(1)">&', link, hours: 48 });
    expect(mail.html).not.toContain('<img');
    expect(mail.html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;');
  });

  it('say for how long the link works', () => {
    expect(verifyEmailMail({ name: 'L', link, hours: 48 }).text).toContain('48 hours');
    expect(resetPasswordMail({ name: 'L', link, hours: 1 }).text).toContain('one hour');
  });
});
