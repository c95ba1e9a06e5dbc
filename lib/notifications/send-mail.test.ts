import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const mail = { to: 'lin.wei@example.com', subject: 'Confirm', text: 'Open this:\nhttps://portal.example/verify-email#token=abc_DEF-123\n', html: '<p>Open <b>this</b></p>' };

let data: string;

async function loadSendMail(smtpUrl: string) {
  vi.stubEnv('DATABASE_URL', 'postgresql://app@127.0.0.1:1/app');
  vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:1');
  vi.stubEnv('CHAINWORKS_DATA', data);
  vi.stubEnv('CHAINWORKS_SECRETS', path.join(data, 'secrets.json'));
  vi.stubEnv('PUBLIC_URL', 'https://portal.example');
  vi.stubEnv('SMTP_URL', smtpUrl);
  vi.resetModules();
  return (await import('./send-mail')).sendMail;
}

/** A mail server of the kind a company runs; keeps what it takes. */
async function openSink(options: { refuse?: boolean } = {}) {
  const received: Email[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: true,
    onAuth: (auth, _session, callback) => {
      logins.push(`${auth.username}:${auth.password}`);
      callback(null, { user: auth.username });
    },
    onRcptTo: (_address, _session, callback) => callback(options.refuse ? new Error('no such mailbox') : null),
    onData: (stream, _session, accept) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        PostalMime.parse(Buffer.concat(chunks)).then((email) => {
          received.push(email);
          accept();
        }, accept);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as net.AddressInfo;
  return { received, logins, port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

beforeEach(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'chainworks-mail-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(data, { recursive: true });
});

describe('without a mail server', () => {
  it('keeps mails from everyone but the owner of the machine', async () => {
    const sendMail = await loadSendMail('');
    await sendMail(mail);
    const outbox = path.join(data, 'outbox');
    const [name] = await readdir(outbox);
    expect((await stat(outbox)).mode & 0o777).toBe(0o700);
    expect((await stat(path.join(outbox, name!))).mode & 0o777).toBe(0o600);
  });

  it('writes a mail that a mail reader opens and whose link can be copied from a terminal', async () => {
    const sendMail = await loadSendMail('');
    await sendMail(mail);
    const outbox = path.join(data, 'outbox');
    const text = await readFile(path.join(outbox, (await readdir(outbox))[0]!), 'utf8');
    expect(text).toContain('\nhttps://portal.example/verify-email#token=abc_DEF-123\n');
    const parsed = await PostalMime.parse(text);
    expect(parsed).toMatchObject({ subject: 'Confirm', from: { address: 'no-reply@localhost' }, to: [{ address: mail.to }] });
    expect(parsed.text?.trim()).toBe(mail.text.trim());
  });

  it('keeps two mails of the same moment apart', async () => {
    const sendMail = await loadSendMail('');
    await Promise.all([sendMail(mail), sendMail(mail), sendMail(mail)]);
    expect(await readdir(path.join(data, 'outbox'))).toHaveLength(3);
  });

  it('never lets a recipient add headers of its own', async () => {
    const sendMail = await loadSendMail('');
    await expect(sendMail({ ...mail, to: 'a@example.com\nBcc: b@example.com' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('with a mail server', () => {
  it('hands over text, HTML and sender, signed in as the address says', async () => {
    const sink = await openSink();
    const sendMail = await loadSendMail(`smtp://portal:s3cret@127.0.0.1:${sink.port}`);
    await sendMail(mail);
    await sink.close();
    expect(sink.logins).toEqual(['portal:s3cret']);
    expect(sink.received).toHaveLength(1);
    expect(sink.received[0]).toMatchObject({ subject: 'Confirm', from: { address: 'no-reply@localhost' }, to: [{ address: mail.to }] });
    expect(sink.received[0]?.text?.trim()).toBe(mail.text.trim());
    expect(sink.received[0]?.html).toContain('<b>this</b>');
    await expect(readdir(path.join(data, 'outbox'))).rejects.toThrow('ENOENT');
  });

  it('says UNAVAILABLE with the cause when the server refuses', async () => {
    const sink = await openSink({ refuse: true });
    const sendMail = await loadSendMail(`smtp://127.0.0.1:${sink.port}`);
    await expect(sendMail(mail)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true, cause: expect.objectContaining({ message: expect.stringContaining('no such mailbox') }) });
    await sink.close();
  });

  // The mail library's own patience, thirty seconds, would not end in this time.
  it('gives up on a server that says nothing, long before a person would', { timeout: 25_000 }, async () => {
    const silent = net.createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const sendMail = await loadSendMail(`smtp://127.0.0.1:${(silent.address() as net.AddressInfo).port}`);
    await expect(sendMail(mail)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    silent.close();
  });
});
