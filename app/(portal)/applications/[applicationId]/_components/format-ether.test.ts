import { describe, expect, it } from "vitest";
import { formatEther } from "./format-ether";

describe("formatEther", () => {
  it.each([
    ["0", "0 wei"],
    ["1", "1 wei"],
    ["21000", "21,000 wei"],
    ["1000000000000", "0.000001 ETH"],
    ["1000000000000000000", "1 ETH"],
    ["1234500000000000000000", "1,234.5 ETH"],
    ["1000000000000000001", "1.000000000000000001 ETH"],
  ])("writes %s as %s, without losing a wei", (wei, text) => {
    expect(formatEther(wei, "en")).toBe(text);
  });
});
