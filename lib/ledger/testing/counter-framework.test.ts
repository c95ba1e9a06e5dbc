import { describe, expect, it } from 'vitest';
import { decodeCounterTransaction, counterFramework, encodeCounterTransaction } from './counter-framework';
import { describeFrameworkConformance } from './framework-conformance';

const account = (sender: number): string => `account ${sender}`;

describeFrameworkConformance('counter', {
  framework: counterFramework,
  config: { blockCostMax: 100 },
  wrongConfig: { blockCostMax: -1 },
  transaction: (sender, index) => encodeCounterTransaction({ account: account(sender), sequence: index, counter: `counter ${sender}`, add: 5 }),
  failing: (sender, index) => encodeCounterTransaction({ account: account(sender), sequence: index, counter: `counter ${sender}`, add: -1_000 }),
  malformed: [Buffer.from('no transaction')],
});

describeFrameworkConformance('counter without lanes', {
  framework: counterFramework,
  config: {},
  wrongConfig: { unknown: 1 },
  transaction: (sender, index) => encodeCounterTransaction({ account: '', sequence: index, counter: `counter ${sender}`, add: 5 }),
  failing: (sender, index) => encodeCounterTransaction({ account: '', sequence: index, counter: `counter ${sender}`, add: -1_000 }),
  malformed: [],
});

describe('counter transaction', () => {
  it('has one encoding', () => {
    const transaction = { account: 'a', sequence: 7, counter: 'c', add: -3 };
    expect(decodeCounterTransaction(encodeCounterTransaction(transaction))).toEqual(transaction);
    const bytes = Uint8Array.from(encodeCounterTransaction({ ...transaction, add: 0 }));
    bytes[bytes.length - 7] = 1;
    expect(() => decodeCounterTransaction(bytes)).toThrow(/counter transaction/);
  });
});
