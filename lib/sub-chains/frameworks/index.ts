import { AppError } from '@/lib/platform';
import { ethereum } from './ethereum/ethereum';
import { fabric } from './fabric/fabric';
import type { SubChainFramework } from './sub-chain-framework';

const frameworks: Readonly<Record<string, SubChainFramework>> = { ethereum, fabric };

/** @throws AppError UNSUPPORTED */
export function frameworkOf({ framework }: { framework: string }): SubChainFramework {
  const found = Object.hasOwn(frameworks, framework) ? frameworks[framework] : undefined;
  if (found === undefined) throw new AppError('UNSUPPORTED', { what: framework }, { publicMessage: `The framework “${framework}” is not offered.` });
  return found;
}
