import { describe, expect, it } from "vitest";
import { groupDigits, readExpiry } from "./card-text";

describe("a card as people type it", () => {
  it("shows the number in groups, whatever stood between the digits", () => {
    expect(groupDigits("4242-4242 42424242")).toBe("4242 4242 4242 4242");
    expect(groupDigits("42424")).toBe("4242 4");
    expect(groupDigits("4242 ")).toBe("4242");
    expect(groupDigits("9".repeat(40)).replaceAll(" ", "")).toHaveLength(19);
  });

  it.each(["04/28", "4/28", "04/2028", "0428", "04-28", " 4 / 28 "])("reads the expiry %s", (typed) => {
    expect(readExpiry(typed)).toEqual({ expiryMonth: 4, expiryYear: 2028 });
  });

  it("does not guess a date from something else", () => {
    for (const typed of ["", "4", "april", "04/028", "1/2/3"]) expect(readExpiry(typed).expiryMonth).toBeNaN();
  });
});
