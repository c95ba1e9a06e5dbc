import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ControlLogger } from '@/lib/control';
import { ChaincodeRunner } from './chaincode-runner';
import { FabricBook } from './fabric-book';
import { IdentityKeeper } from './identity-keeper';
import type { Fabric } from './late-framework';

export interface FabricRoomsOptions {
  /** `<data>/fabric`. */
  readonly directory: string;
  readonly nodeKey: Uint8Array;
  readonly hostId: string;
  /** Directory of the chaincode runtime. */
  readonly chaincodeRuntime: string | undefined;
  readonly fabric: Fabric;
  readonly logger: ControlLogger;
  readonly now: () => number;
}

/** What a host with Fabric channels keeps beside its ledgers. */
export interface FabricRooms {
  readonly fabric: Fabric;
  readonly book: FabricBook;
  readonly identities: IdentityKeeper;
  readonly chaincode: ChaincodeRunner;
  close(): Promise<void>;
}

/** Opens `<data>/fabric`: `book.journal`, `keys/`, `packages/`, `unpacked/`. */
export async function openFabricRooms({ directory, nodeKey, hostId, chaincodeRuntime, fabric, logger, now }: FabricRoomsOptions): Promise<FabricRooms> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const book = await FabricBook.open(path.join(directory, 'book.journal'));
  try {
    const identities = await IdentityKeeper.open({ directory: path.join(directory, 'keys'), nodeKey, hostId, book, fabric, now, logger });
    const chaincode = await ChaincodeRunner.open({ directory, runtime: chaincodeRuntime, fabric, logger });
    return { fabric, book, identities, chaincode, close: () => book.close() };
  } catch (error) {
    await book.close();
    throw error;
  }
}
