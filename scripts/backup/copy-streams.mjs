// COPY through the `pg` package, which knows the protocol's messages but has no call for them.
import { once } from 'node:events';
import { Readable } from 'node:stream';

/**
 * The bytes of `COPY … TO STDOUT`, read no faster than they are taken. `rows` is known at the end of the stream.
 * @param {import('pg').Client} client
 * @returns {Promise<{ stream: Readable, rows: () => number }>}
 */
export async function copyOut(client, sql) {
  const { default: pg } = await import('pg');
  let rows = 0;
  let socket;
  const stream = new Readable({
    read: () => socket?.resume(),
    // Also when nobody wants the rest (the disk is full): the connection has to come to its end.
    destroy(error, done) {
      socket?.resume();
      done(error);
    },
  });
  class CopyOut extends pg.Query {
    handleCopyData({ chunk }, connection) {
      socket = connection.stream;
      // A copy: the parser uses its buffer again.
      if (!stream.push(Buffer.from(chunk))) socket.pause();
    }
  }
  const query = new CopyOut(sql, undefined, (error, result) => {
    // Nobody reads from an ended stream: what follows on the connection must not wait for that.
    socket?.resume();
    if (error) return stream.destroy(error);
    rows = result.rowCount;
    stream.push(null);
  });
  client.query(query);
  return { stream, rows: () => rows };
}

/**
 * Feeds `COPY … FROM STDIN`; gives the number of rows.
 * @param {import('pg').Client} client
 * @param {AsyncIterable<Buffer>} source when it fails, nothing of it is kept
 */
export async function copyIn(client, sql, source) {
  const { default: pg } = await import('pg');
  let ended = false;
  const send = async (connection) => {
    try {
      for await (const chunk of source) {
        if (ended) return;
        connection.sendCopyFromChunk(chunk);
        if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
      }
      if (!ended) connection.endCopyFrom();
    } catch (error) {
      if (!ended) connection.sendCopyFail(error.message);
    }
  };
  return new Promise((resolve, reject) => {
    class CopyIn extends pg.Query {
      handleCopyInResponse(connection) {
        void send(connection);
      }
    }
    const query = new CopyIn(sql, undefined, (error, result) => {
      ended = true;
      if (error) reject(error);
      else resolve(result.rowCount);
    });
    client.query(query);
  });
}
