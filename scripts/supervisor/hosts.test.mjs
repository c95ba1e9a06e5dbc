import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planHosts } from './hosts.mjs';
import { freePort } from './ports.mjs';
import { hostDirectory } from './project.mjs';

let data;
beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'chainworks-hosts-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const plan = (change = {}) => planHosts({ data, count: 4, gatewayPort: 4100, gatewayUrls: ['http://g'], portalPort: 3000, ...change });

/** As the set-up leaves it for the next start. */
function remember(number, { control, channel, fabric }) {
  const directory = hostDirectory(data, number);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'join.json'), JSON.stringify({ control: { host: '127.0.0.1', port: control }, ...Object.fromEntries(Object.entries({ channel, fabric }).flatMap(([kind, port]) => (port ? [[kind, { host: '127.0.0.1', port }]] : []))) }));
}

async function withListener(work) {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work(server.address().port);
  } finally {
    server.close();
  }
}

describe('the ports of the city-node processes', () => {
  it('are each given once', async () => {
    const hosts = await plan({ count: 7 });
    const ports = hosts.flatMap((host) => Object.values(host.ports));
    expect(new Set(ports).size).toBe(28);
    expect(hosts.map((host) => host.ports.gateway)).toEqual([4100, 4101, 4102, 4103, 4104, 4105, 4106]);
    expect(hosts.map((host) => host.name)).toEqual(['city-node', ...[2, 3, 4, 5, 6, 7].map((number) => `city-node-${number}`)]);
  });

  it('stay the same at the next start, also when fewer or more processes are started', async () => {
    const first = await plan();
    for (const { number, ports } of first) remember(number, ports);
    expect(await plan()).toEqual(first);
    expect(await plan({ count: 2 })).toEqual(first.slice(0, 2));
    expect((await plan({ count: 5 })).slice(0, 4)).toEqual(first);
  });

  it('leave a control port of an earlier release to a gateway that is told to have it', async () => {
    remember(1, { control: 4101 });
    const [first, second] = await plan();
    expect(second.ports.gateway).toBe(4101);
    expect(first.ports.control).not.toBe(4101);
    expect((await plan({ count: 1 }))[0].ports.control).toBe(4101);
  });

  it('change for the portal when another program has taken one', () =>
    withListener(async (port) => {
      remember(2, { control: port, channel: await freePort() });
      expect((await plan())[1].ports.control).not.toBe(port);
    }));

  it('do not change where other processes know them: the start is refused in words', () =>
    withListener(async (port) => {
      remember(2, { control: await freePort(), channel: port });
      await expect(plan()).rejects.toThrow(`Port ${port} on 127.0.0.1, by which the other city-node processes know the peers of process 2, is taken`);
      remember(1, { control: await freePort(), channel: port });
      expect((await plan({ count: 1 }))[0].ports.channel).not.toBe(port);
    }));

  it('are refused where the portal is told to have one of the gateways', async () => {
    await expect(plan({ portalPort: 4102 })).rejects.toThrow('Port 4102, meant for gateway 3 of 4, is also meant for the portal');
    remember(1, { control: 4200, channel: 4103 });
    await expect(plan()).rejects.toThrow(/Port 4103 .*is taken[\s\S]*Choose another --port or --gateway-port/);
  });

  it('are chosen anew when the file that held them is damaged', async () => {
    mkdirSync(hostDirectory(data, 1), { recursive: true });
    writeFileSync(path.join(hostDirectory(data, 1), 'join.json'), '{"control":{"port":"x"},"channel":7');
    expect((await plan({ count: 1 }))[0].ports.control).toBeGreaterThan(0);
  });

  it('are reached by clients at one address each, or at one for all', async () => {
    const gatewayUrls = ['http://a', 'http://b', 'http://c', 'http://d'];
    expect((await plan({ gatewayUrls })).map((host) => host.gatewayUrl)).toEqual(gatewayUrls);
    expect((await plan()).map((host) => host.gatewayUrl)).toEqual(Array(4).fill('http://g'));
  });
});
