// What the database consists of, asked of the database itself: a table that a later migration adds is saved too.

/** @param {string} databaseUrl Prisma names the schema in the address. */
export function schemaOf(databaseUrl) {
  return new URL(databaseUrl).searchParams.get('schema') ?? 'public';
}

/** Connects with settings under which COPY writes the same text everywhere. */
export async function connect(databaseUrl) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 });
  client.on('error', () => {}); // the same error rejects the call that is under way
  await client.connect();
  await client.query(`SET search_path TO ${client.escapeIdentifier(schemaOf(databaseUrl))}`);
  await client.query("SET client_encoding TO 'UTF8'; SET datestyle TO 'ISO, YMD'; SET intervalstyle TO 'postgres'; SET timezone TO 'UTC'; SET extra_float_digits TO 3");
  return client;
}

/** @returns {Promise<{ name: string, columns: string[], dependsOn: string[] }[]>} a table comes after those that its rows point to */
export async function listTables(client) {
  const { rows: tables } = await client.query(`
    SELECT c.relname AS name,
      (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
      (SELECT coalesce(json_agg(DISTINCT r.relname), '[]') FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS "dependsOn"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY c.relname`);
  return sortByDependence(tables);
}

/** @template {{ name: string, dependsOn: string[] }} T @param {T[]} tables @returns {T[]} */
export function sortByDependence(tables) {
  const sorted = [];
  const done = new Set();
  let rest = tables;
  while (rest.length > 0) {
    const free = rest.filter(({ dependsOn }) => dependsOn.every((name) => done.has(name)));
    if (free.length === 0) throw new Error(`The tables ${rest.map(({ name }) => name).join(', ')} point to each other in a ring: in no order could their rows be put back.`);
    for (const table of free) done.add(table.name);
    sorted.push(...free);
    rest = rest.filter(({ name }) => !done.has(name));
  }
  return sorted;
}

/** @returns {Promise<{ name: string, value: string, isCalled: boolean }[]>} where each counter stands */
export async function listSequences(client) {
  const { rows } = await client.query('SELECT sequencename AS name FROM pg_sequences WHERE schemaname = current_schema() ORDER BY sequencename');
  const sequences = [];
  for (const { name } of rows) {
    const { rows: [state] } = await client.query(`SELECT last_value::text AS value, is_called AS "isCalled" FROM ${client.escapeIdentifier(name)}`);
    sequences.push({ name, ...state });
  }
  return sequences;
}

/** Migrations that made this schema, in their order. */
export async function listMigrations(client) {
  const { rows } = await client.query('SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at, migration_name');
  return rows;
}
