import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import product from '../../package.json' with { type: 'json' };
import { readJoinConfig } from './read-join-config';
import { openCityNode, type CityNode } from './open-city-node';
import { createProcessLogger, logLevels, type ProcessLogger } from './process-logger';

const usage = `Opens the city nodes of one host.

  tsx workers/city-node/main.ts --data <directory> [--log-level info] [--chaincode-runtime <directory>]

The directory holds join.json, written when the host joined the portal, and everything that the host keeps. Chaincode of
Fabric channels finds its packages in the runtime (lib/sandbox/runtime, installed by set-up); without one it is refused.`;

/** What is in flight at SIGTERM may take so long; then connections are cut. */
const drainMs = 5_000;

const argumentsSchema = z.object({ data: z.string().min(1), 'log-level': z.enum(logLevels), 'chaincode-runtime': z.string().min(1).optional() });

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, 'log-level': { type: 'string', default: 'info' }, 'chaincode-runtime': { type: 'string' } } });
  const parsed = argumentsSchema.safeParse(values);
  if (!parsed.success) throw new Error(`${z.prettifyError(parsed.error)}\n\n${usage}`);
  const dataDirectory = path.resolve(parsed.data.data);
  const join = await readJoinConfig(dataDirectory);
  const logger = createProcessLogger(join.hostId, parsed.data['log-level']);
  const startedAt = performance.now();
  const runtime = parsed.data['chaincode-runtime'];
  const cityNode = await openCityNode({ dataDirectory, join, version: product.version, logger, chaincodeRuntime: runtime === undefined ? undefined : path.resolve(runtime) });
  logger.info(
    { cityNodes: join.cityNodes, gateway: `${join.gateway.host}:${cityNode.gatewayPort}`, control: `${join.control.host}:${cityNode.controlPort}`, channel: `${join.channel.host}:${cityNode.channelPort}`, ms: Math.round(performance.now() - startedAt) },
    'city node open',
  );
  endOnSignal(cityNode, logger);
}

function endOnSignal(cityNode: CityNode, logger: ProcessLogger): void {
  let ending = false;
  const end = (signal: string) => {
    if (ending) return;
    ending = true;
    logger.info({ signal }, 'city node closing');
    cityNode.close(drainMs).then(
      () => {
        logger.info({}, 'city node closed');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'city node did not close well');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // A state nobody foresaw: better a restart from the disk than going on with it.
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'city node failed');
    process.exit(1);
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`city node: ${error instanceof Error ? error.message : 'did not start'}\n`);
  process.exit(1);
});
