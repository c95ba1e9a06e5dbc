import { describe, expect, it } from 'vitest';
import { embeddedHostsMax } from '@/lib/city-nodes';
import { requireNode } from './install.mjs';
import { cityNodesMax, parseStartOptions } from './options.mjs';
import { projectPath } from './project.mjs';

describe('npm start binds to this machine only unless told otherwise', () => {
  it('takes the defaults', () => {
    expect(parseStartOptions([], {})).toEqual({
      help: false,
      host: '127.0.0.1',
      port: 3000,
      gatewayPort: 4100,
      cityNodes: 1,
      data: projectPath('.data'),
      publicUrl: 'http://127.0.0.1:3000',
      gatewayUrls: ['http://127.0.0.1:4100'],
    });
  });

  it('lets a flag win over its environment variable', () => {
    const options = parseStartOptions(['--port', '3100', '--data', '/srv/chainworks'], { PORT: '3200', CHAINWORKS_DATA: '/elsewhere' });
    expect(options).toMatchObject({ port: 3100, data: '/srv/chainworks', publicUrl: 'http://127.0.0.1:3100' });
  });

  it('never prints 0.0.0.0 as an address for clients', () => {
    const { publicUrl, gatewayUrls } = parseStartOptions(['--host', '0.0.0.0'], {});
    expect(publicUrl).toMatch(/^http:\/\/(?!0\.0\.0\.0)[\d.]+:3000$/);
    expect(gatewayUrls[0]).toMatch(/^http:\/\/(?!0\.0\.0\.0)[\d.]+:4100$/);
  });

  it('believes the addresses behind a proxy', () => {
    const env = { PUBLIC_URL: 'https://ledgers.example.org', CHAINWORKS_GATEWAY_URL: 'https://gateway.example.org' };
    expect(parseStartOptions([], env)).toMatchObject({ publicUrl: env.PUBLIC_URL, gatewayUrls: [env.CHAINWORKS_GATEWAY_URL] });
  });

  it('gives each city-node process a gateway of its own, one port after another', () => {
    const { cityNodes, gatewayUrls } = parseStartOptions(['--gateway-port', '5100'], { CHAINWORKS_CITY_NODES: '3' });
    expect(cityNodes).toBe(3);
    expect(gatewayUrls).toEqual(['http://127.0.0.1:5100', 'http://127.0.0.1:5101', 'http://127.0.0.1:5102']);
    expect(parseStartOptions(['--city-nodes', '2'], { CHAINWORKS_CITY_NODES: '3' }).cityNodes).toBe(2);
  });

  it('takes one address of a proxy for all gateways, or one for each, and nothing between', () => {
    const urlsOf = (CHAINWORKS_GATEWAY_URL) => parseStartOptions(['--city-nodes', '2'], { CHAINWORKS_GATEWAY_URL }).gatewayUrls;
    expect(urlsOf('https://gateway.example.org')).toEqual(['https://gateway.example.org']);
    expect(urlsOf('https://one.example.org, https://two.example.org')).toEqual(['https://one.example.org', 'https://two.example.org']);
    expect(() => urlsOf('https://one.example.org,https://two.example.org,https://three.example.org')).toThrow('names 3 addresses for 2 city-node processes');
  });

  it.each(['0', '8', '1.5', 'all', '-1', ''])('refuses %s as a number of city-node processes', (count) => {
    expect(() => parseStartOptions([`--city-nodes=${count}`], {})).toThrow('--city-nodes must be a number of processes from 1 to 7');
  });

  it('spreads the city nodes over as many processes as the catalogue has for them', () => expect(cityNodesMax).toBe(embeddedHostsMax));

  it('refuses gateways beyond the last port', () => {
    expect(() => parseStartOptions(['--gateway-port', '65533', '--city-nodes', '4'], {})).toThrow('from 1 to 65535, not "65536"');
  });

  it.each(['0', '65536', 'web', '-1', '3000.5'])('refuses %s as a port', (port) => {
    expect(() => parseStartOptions([`--port=${port}`], {})).toThrow('--port must be a port from 1 to 65535');
  });

  it('names an unknown flag and says which there are', () => {
    expect(() => parseStartOptions(['--prt', '1'], {})).toThrow(/--prt[\s\S]*--gateway-port <n>/);
  });
});

describe('the version of Node.js', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '24.0.0', '25.1.0'])('takes %s', (version) => requireNode(version));
  it.each(['18.20.0', '20.18.9', '21.7.0', '22.11.0', '23.5.0'])('refuses %s and says what is needed', (version) => {
    expect(() => requireNode(version)).toThrow(`Node.js ${version} is not supported`);
  });
});
