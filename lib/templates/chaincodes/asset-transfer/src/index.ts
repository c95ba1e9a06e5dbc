// SPDX-License-Identifier: Apache-2.0
import { AssetTransferContract } from './asset-transfer-contract';

export { AssetTransferContract } from './asset-transfer-contract';
export const contracts: unknown[] = [AssetTransferContract];
