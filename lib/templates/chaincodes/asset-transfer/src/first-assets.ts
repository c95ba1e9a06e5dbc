// SPDX-License-Identifier: Apache-2.0
import type { Asset } from './asset';

/** Those with which the tutorials of fabric-samples begin. */
export const firstAssets: readonly Asset[] = [
  ['asset1', 'blue', 5, 'Tomoko', 300],
  ['asset2', 'red', 5, 'Brad', 400],
  ['asset3', 'green', 10, 'Jin Soo', 500],
  ['asset4', 'yellow', 10, 'Max', 600],
  ['asset5', 'black', 15, 'Adriana', 700],
  ['asset6', 'white', 15, 'Michel', 800],
].map(([ID, Color, Size, Owner, AppraisedValue]) => ({ AppraisedValue, Color, ID, Owner, Size }) as Asset);
