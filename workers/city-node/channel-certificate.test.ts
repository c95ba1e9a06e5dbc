import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createControlClient } from '@/lib/control';
import { TestHost, testAuthority } from '@/lib/gateway/testing';
import { isAppError } from '@/lib/platform/pure/errors';
import { checkRequest, createPrivateKey256, publicKeyOf } from '@/lib/x509';
import { createTestAuthority } from '@/lib/x509/testing';

/** Real processes on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 120_000 });

const hosts: TestHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.remove()));
});
async function startHost(): Promise<TestHost> {
  const host = await TestHost.start(['SIN']);
  hosts.push(host);
  return host;
}
const codeOf = (promise: Promise<unknown>) => promise.then(() => 'accepted', (error: unknown) => (isAppError(error) ? error.code : String(error)));

describe('the channel certificate of a city-node process', () => {
  it('is reported from the moment it was pushed, over kill -9 and a restart', async () => {
    const host = await startHost();
    expect((await host.client.report()).channel).toBeUndefined();
    const { serial } = await host.certify();
    const { channel } = await host.client.report();
    expect(channel).toMatchObject({ serial, revocations: [{ number: 1 }, { number: 1 }] });
    await host.end('SIGKILL');
    await host.resume();
    expect((await host.client.report()).channel).toEqual(channel);
    expect((await host.client.channelRequest()).holding).toEqual(channel);
  });

  it('is not taken from whoever does not hold the control secret, nor from a portal with another root', async () => {
    const host = await startHost();
    const { request } = await host.client.channelRequest();
    const issued = testAuthority.issueHost({ hostId: host.join.hostId, publicKey: checkRequest(request) });
    const good = { chain: issued.chainPem, root: testAuthority.rootPem, revocations: testAuthority.revocationsPem() };
    const stranger = createControlClient({ controlUrl: host.controlUrl, secret: Buffer.alloc(32, 9).toString('base64'), hostId: host.join.hostId });
    expect(await codeOf(stranger.putChannelCertificate(good))).toBe('UNAUTHENTICATED');
    expect(await codeOf(stranger.channelRequest())).toBe('UNAUTHENTICATED');
    const other = createTestAuthority();
    const foreign = other.issueHost({ hostId: host.join.hostId, publicKey: checkRequest(request) });
    expect(await codeOf(host.client.putChannelCertificate({ chain: foreign.chainPem, root: other.rootPem, revocations: other.revocationsPem() }))).toBe('CONFLICT');
    const notOurs = testAuthority.issueHost({ hostId: host.join.hostId, publicKey: publicKeyOf(createPrivateKey256()) });
    expect(await codeOf(host.client.putChannelCertificate({ ...good, chain: notOurs.chainPem }))).toBe('CONFLICT');
    expect(await codeOf(host.client.putChannelCertificate({ ...good, chain: 'x'.repeat(40_000) }))).toBe('INVALID_INPUT');
    expect((await host.client.report()).channel).toBeUndefined();
    expect(await codeOf(host.client.putChannelCertificate(good))).toBe('accepted');
  });

  it('has a key that stands in no log, no answer and no file in the clear', async () => {
    const host = await startHost();
    await host.certify();
    const answers = JSON.stringify([await host.client.channelRequest(), await host.client.report()]);
    const keyDirectory = path.join(host.directory, 'channel');
    const files = await Promise.all((await readdir(keyDirectory)).map((file) => readFile(path.join(keyDirectory, file), 'latin1')));
    for (const text of [host.output, answers, ...files]) expect(text).not.toMatch(/PRIVATE KEY|MIGHAgEAMBMGByqGSM49|privateKey/);
  });

  it('cannot be had without a root in join.json: the process says what to do', async () => {
    const host = await TestHost.prepare(['SIN']);
    hosts.push(host);
    const file = path.join(host.directory, 'join.json');
    const join = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    for (const authority of [undefined, '', 'hello', testAuthority.issueHost({ hostId: 'x', publicKey: publicKeyOf(createPrivateKey256()) }).chainPem]) {
      await writeFile(file, JSON.stringify({ ...join, authority }));
      const { code, output } = await host.startInVain();
      expect([code, output]).toEqual([1, expect.stringMatching(/join this host anew[\s\S]*authority/)]);
    }
  });
});
