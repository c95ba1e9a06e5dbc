import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyIn, copyOut } from './copy-streams.mjs';
import { connect } from './tables.mjs';

let client;
beforeAll(async () => {
  client = await connect(process.env.DATABASE_URL);
  await client.query(`CREATE TEMPORARY TABLE small (id int, body text); INSERT INTO small SELECT n, repeat(chr(65 + n % 26), 300) || E'\\t\\n\\\\' || n FROM generate_series(1, 120) n`);
  await client.query(`CREATE TEMPORARY TABLE large (LIKE small); INSERT INTO large SELECT n, repeat('x', 2000) FROM generate_series(1, 5000) n`);
  await client.query('CREATE TEMPORARY TABLE target (LIKE small)');
});
afterAll(() => client.end());

async function read({ stream, rows }, pauseMs = 0) {
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (pauseMs > 0 && chunks.length % 200 === 0) await sleep(pauseMs);
  }
  return { bytes: Buffer.concat(chunks), rows: rows() };
}

describe('a table out of the database', () => {
  it('leaves the connection usable, whatever the table’s size: the next one comes too', async () => {
    for (const name of ['small', 'large', 'small', 'small', 'large']) {
      expect((await read(await copyOut(client, `COPY ${name} TO STDOUT`))).rows).toBe(name === 'small' ? 120 : 5_000);
    }
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('comes no faster than it is taken, and whole', async () => {
    const slow = await read(await copyOut(client, 'COPY large TO STDOUT'), 5);
    const quick = await read(await copyOut(client, 'COPY large TO STDOUT'));
    expect(slow.bytes.equals(quick.bytes)).toBe(true);
  });

  it('goes back in with every byte', async () => {
    const { bytes } = await read(await copyOut(client, 'COPY small TO STDOUT'));
    expect(await copyIn(client, 'COPY target FROM STDIN', Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]))).toBe(120);
    expect((await client.query('SELECT count(*)::int AS same FROM small JOIN target USING (id, body)')).rows).toEqual([{ same: 120 }]);
  });

  it('that is none is an error, and so is a source that fails: nothing of it is kept', async () => {
    await expect(read(await copyOut(client, 'COPY nobody TO STDOUT'))).rejects.toThrow(/nobody/);
    await client.query('TRUNCATE target');
    const failing = (async function* () {
      yield Buffer.from('1\ta\n');
      throw new Error('the file ends in the middle');
    })();
    await expect(copyIn(client, 'COPY target FROM STDIN', failing)).rejects.toThrow(/the file ends in the middle/);
    await expect(copyIn(client, 'COPY target FROM STDIN', Readable.from([Buffer.from('not a number\tb\n')]))).rejects.toThrow(/invalid input syntax/);
    expect((await client.query('SELECT count(*)::int AS kept FROM target')).rows).toEqual([{ kept: 0 }]);
  });
});
