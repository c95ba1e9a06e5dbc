import { describe, expect, it } from 'vitest';
import { requireNode } from './install.mjs';
import { parseStartOptions } from './options.mjs';
import { projectPath } from './project.mjs';

describe('npm start binds to this machine only unless told otherwise', () => {
  it('takes the defaults', () => {
    expect(parseStartOptions([], {})).toEqual({
      help: false,
      host: '127.0.0.1',
      port: 3000,
      gatewayPort: 4100,
      data: projectPath('.data'),
      publicUrl: 'http://127.0.0.1:3000',
      gatewayUrl: 'http://127.0.0.1:4100',
    });
  });

  it('lets a flag win over its environment variable', () => {
    const options = parseStartOptions(['--port', '3100', '--data', '/srv/chainworks'], { PORT: '3200', CHAINWORKS_DATA: '/elsewhere' });
    expect(options).toMatchObject({ port: 3100, data: '/srv/chainworks', publicUrl: 'http://127.0.0.1:3100' });
  });

  it('never prints 0.0.0.0 as an address for clients', () => {
    const { publicUrl, gatewayUrl } = parseStartOptions(['--host', '0.0.0.0'], {});
    expect(publicUrl).toMatch(/^http:\/\/(?!0\.0\.0\.0)[\d.]+:3000$/);
    expect(gatewayUrl).toMatch(/^http:\/\/(?!0\.0\.0\.0)[\d.]+:4100$/);
  });

  it('believes the addresses behind a proxy', () => {
    const env = { PUBLIC_URL: 'https://ledgers.example.org', CHAINWORKS_GATEWAY_URL: 'https://gateway.example.org' };
    expect(parseStartOptions([], env)).toMatchObject({ publicUrl: env.PUBLIC_URL, gatewayUrl: env.CHAINWORKS_GATEWAY_URL });
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
