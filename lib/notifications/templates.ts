import type { Mail } from './send-mail';

type Content = Omit<Mail, 'to'>;

interface Letter {
  subject: string;
  greeting: string;
  before: string;
  /** The one thing to do. */
  action: { label: string; link: string };
  after: string;
}

/** Asks a new account's owner to confirm the address. */
export function verifyEmailMail({ name, link, hours }: { name: string; link: string; hours: number }): Content {
  return asContent({
    subject: 'Confirm your e-mail address',
    greeting: `Hello ${name},`,
    before: 'please confirm that this address is yours. You need it before you publish an application; your test sub-chain works without.',
    action: { label: 'Confirm this address', link },
    after: `The link works for ${inHours(hours)}. If you did not sign up to Chainworks, do nothing: without the confirmation nothing is published in your name.`,
  });
}

/** Lets the owner of an address choose another password. */
export function resetPasswordMail({ name, link, hours }: { name: string; link: string; hours: number }): Content {
  return asContent({
    subject: 'Choose a new password',
    greeting: `Hello ${name},`,
    before: 'somebody, probably you, asked for a new password for your Chainworks account.',
    action: { label: 'Choose a new password', link },
    after: `The link works once and for ${inHours(hours)}. Choosing a new password signs you out everywhere. If you did not ask for it, do nothing: your password stays as it is.`,
  });
}

/** Tells the owner that the password is another one now. */
export function passwordChangedMail({ name, link }: { name: string; link: string }): Content {
  return asContent({
    subject: 'Your password was changed',
    greeting: `Hello ${name},`,
    before: 'the password of your Chainworks account was changed just now, and all other browsers were signed out.',
    action: { label: 'It was not me: choose a new password', link },
    after: 'If it was you, there is nothing to do.',
  });
}

function inHours(hours: number): string {
  return hours === 1 ? 'one hour' : `${hours} hours`;
}

function asContent({ subject, greeting, before, action, after }: Letter): Content {
  return {
    subject,
    text: [greeting, before, `${action.label}:\n${action.link}`, after, 'Chainworks'].join('\n\n') + '\n',
    html: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f0f2ed;color:#0f222b;font:15px/1.55 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:28px;background:#fdfdfb;border:1px solid #d8dcd4;border-radius:3px">
<p style="margin:0 0 16px">${escapeHtml(greeting)}</p>
<p style="margin:0 0 20px">${escapeHtml(before)}</p>
<p style="margin:0 0 20px"><a href="${escapeHtml(action.link)}" style="display:inline-block;padding:11px 18px;background:#174a8c;color:#ffffff;border-radius:4px;text-decoration:none;font-weight:600">${escapeHtml(action.label)}</a></p>
<p style="margin:0;color:#3c5059;font-size:13px">${escapeHtml(after)}</p>
</div>
</body></html>
`,
  };
}

function escapeHtml(text: string): string {
  const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}
