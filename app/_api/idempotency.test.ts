import { describe, expect, it } from "vitest";
import { AttemptKeys } from "./idempotency";

function createKeys() {
  let count = 0;
  return new AttemptKeys(() => `key-${++count}`);
}

describe("AttemptKeys", () => {
  it("repeats the key while nobody knows whether the change was made", () => {
    const keys = createKeys();
    expect([keys.keyFor({ amount: 1 }), keys.keyFor({ amount: 1 }), keys.keyFor({ amount: 1 })]).toEqual(["key-1", "key-1", "key-1"]);
  });

  it("takes a new key for other content: the server would refuse the old one", () => {
    const keys = createKeys();
    expect([keys.keyFor({ amount: 1 }), keys.keyFor({ amount: 2 }), keys.keyFor({ amount: 1 })]).toEqual(["key-1", "key-2", "key-3"]);
  });

  it("takes a new key after a definite answer: the same content again is a new wish", () => {
    const keys = createKeys();
    const first = keys.keyFor({ label: "phone" });
    keys.settle();
    expect(keys.keyFor({ label: "phone" })).not.toBe(first);
  });

  it("makes keys that the portal accepts", () => {
    expect(new AttemptKeys().keyFor({})).toMatch(/^[\x21-\x7e]{8,200}$/);
  });
});
