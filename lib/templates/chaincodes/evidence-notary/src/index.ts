// SPDX-License-Identifier: Apache-2.0
import { EvidenceNotaryContract } from './evidence-notary-contract';

export { EvidenceNotaryContract } from './evidence-notary-contract';
export const contracts: unknown[] = [EvidenceNotaryContract];
