import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../testing/expect-canonical';
import { fakeRules } from '../testing/fake-validators';
import { CodecError } from './codec';
import { hashRules, type ChainRules } from './consensus/rules';
import { CHANGES_MAX, nameOfRules, rulesAfter, RulesHistory } from './rules-history';

const [solo, crash, byzantine] = [fakeRules('solo', 1), fakeRules('crash', 3), fakeRules('byzantine', 4)];
const upgrading: ChainRules = { ...byzantine, upgrade: { engineVersion: 2, height: 30 } };
const history = RulesHistory.open(solo, undefined).with(10, crash).with(20, upgrading);

describe('the history of a sub-chain’s rules', () => {
  it('judges each block by the rules of its height', () => {
    expect([0, 1, 9].map((height) => history.at(height))).toEqual([solo, solo, solo]);
    expect([10, 19].map((height) => history.at(height))).toEqual([crash, crash]);
    expect([20, 29].map((height) => history.at(height))).toEqual([upgrading, upgrading]);
  });

  it('brings an upgrade into force at its height, for a change after it too', () => {
    for (const height of [30, 31, 1_000_000]) expect(history.at(height)).toEqual({ ...byzantine, engineVersion: 2 });
    expect(history.with(40, { ...crash, engineVersion: 2 }).at(40)).toEqual({ ...crash, engineVersion: 2 });
    expect(history.with(25, { ...crash, upgrade: { engineVersion: 3, height: 26 } }).at(26)).toEqual({ ...crash, engineVersion: 3 });
  });

  it('is another with each change, and leaves the one before as it was', () => {
    const before = RulesHistory.open(solo, undefined);
    before.with(1, crash);
    expect(before.at(1)).toBe(solo);
  });

  it('gives the same object for a height each time: what is known of it is kept beside it', () => {
    expect(history.at(30)).toBe(history.at(31));
    expect(history.at(12)).toBe(history.at(13));
    expect(nameOfRules(history.at(30))).toBe(hashRules({ ...byzantine, engineVersion: 2 }));
    expect(nameOfRules(history.at(30))).not.toBe(nameOfRules(history.at(29)));
  });

  it('says what follows a block: its change, or what is in force, with an upgrade that begins there', () => {
    expect(rulesAfter(history, 5, undefined)).toBe(solo);
    expect(rulesAfter(history, 9, undefined)).toBe(crash);
    expect(rulesAfter(history, 5, byzantine)).toBe(byzantine);
    expect(rulesAfter(history, 28, undefined)).toBe(upgrading);
    expect(rulesAfter(history, 29, undefined)).toEqual({ ...byzantine, engineVersion: 2 });
    expect(rulesAfter(history, 29, upgrading)).toEqual({ ...byzantine, engineVersion: 2 });
    expect(rulesAfter(history, 28, upgrading)).toBe(upgrading);
  });
});

describe('the note that keeps the history', () => {
  const reopen = (note: Uint8Array) => RulesHistory.open(solo, note);

  it('holds all changes, in one form', () => {
    const again = reopen(history.encode());
    for (const height of [0, 9, 10, 19, 20, 29, 30]) expect(nameOfRules(again.at(height)), `height ${height}`).toBe(nameOfRules(history.at(height)));
    expectCanonical(history.encode(), reopen, (value) => value.encode());
    expectCanonical(RulesHistory.open(solo, undefined).encode(), reopen, (value) => value.encode());
  });

  it('is refused when it is out of order, of another format, or of rules that cannot be', () => {
    for (const heights of [[10, 10], [20, 10], [0, 5]]) {
      const [first, second] = heights as [number, number];
      expect(() => reopen(RulesHistory.open(solo, undefined).with(first, crash).with(second, byzantine).encode()), heights.join()).toThrow(/out of order/);
    }
    expect(() => reopen(Uint8Array.from(history.encode()).with(0, 2))).toThrow(/format 2, this program reads 1/);
    expect(() => reopen(RulesHistory.open(solo, undefined).with(5, fakeRules('byzantine', 3)).encode())).toThrow(CodecError);
  });

  it('has room for a thousand changes, and refuses the next', () => {
    let long = RulesHistory.open(solo, undefined);
    for (let at = 1; at <= CHANGES_MAX; at += 1) long = long.with(at, at % 2 === 0 ? solo : crash);
    const again = reopen(long.encode());
    expect(nameOfRules(again.at(CHANGES_MAX - 1))).toBe(nameOfRules(crash));
    expect(nameOfRules(again.at(CHANGES_MAX))).toBe(nameOfRules(solo));
    expect(() => again.with(CHANGES_MAX + 1, crash)).toThrow(RangeError);
  });
});
