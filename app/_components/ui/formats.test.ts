import { describe, expect, it } from "vitest";
import { ageOf } from "./format-age";
import { formatBytes } from "./format-bytes";
import { formatCount } from "./format-count";
import { formatDuration } from "./format-duration";
import { formatHash } from "./format-hash";
import { formatMoney } from "./format-money";
import { formatShare } from "./format-share";
import { formatClock, formatDate, formatMoment, formatMonth } from "./format-time";

describe("formatMoney", () => {
  it("names the dollar and keeps the cents", () => {
    expect(formatMoney(36_500, "USD", "en")).toBe("US$365.00");
    expect(formatMoney(36_505n, "USD", "en", true)).toBe("US$365.05");
    expect(formatMoney("-36505", "USD", "en")).toBe("-US$365.05");
    expect(formatMoney(7, "USD", "en")).toBe("US$0.07");
  });

  it("leaves the cents of a round sum away only when asked to", () => {
    expect(formatMoney(36_500, "USD", "en", true)).toBe("US$365");
  });

  it("loses no cent above what a number can hold", () => {
    expect(formatMoney(9_007_199_254_740_993n, "USD", "en")).toBe("US$90,071,992,547,409.93");
  });

  it("knows that the yen has no minor unit", () => {
    expect(formatMoney(365, "JPY", "en")).toMatch(/365$/);
  });
});

describe("formatCount and formatBytes", () => {
  it("separates thousands and shortens with a space", () => {
    expect(formatCount(1_482_907n, "en")).toBe("1,482,907");
    expect(formatCount(1_213_400, "en", true)).toBe("1.21 M");
    expect(formatCount(999, "en", true)).toBe("999");
  });

  it("counts bytes in decimal units, as quotas are sold", () => {
    expect(formatBytes(20_000_000_000n, "en")).toBe("20 GB");
    expect(formatBytes(17_900_000_000, "en")).toBe("17.9 GB");
    expect(formatBytes(1, "en")).toBe("1 byte");
    expect(formatBytes(0, "en")).toBe("0 bytes");
  });

  it("never prints 1,000 of a unit", () => {
    expect(formatBytes(999_700, "en")).toBe("1 MB");
    expect(formatBytes(999_400, "en")).toBe("999 kB");
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [227.4, "227 ms"],
    [999.6, "1.0 s"],
    [6_900, "6.9 s"],
    [59_960, "1 min"],
    [125_000, "2 min 5 s"],
    [3_600_000, "1 h"],
    [12_000_000, "3 h 20 min"],
    [172_800_000, "2 days"],
  ])("%s ms reads %s", (ms, text) => {
    expect(formatDuration(ms, "en")).toBe(text);
  });
});

describe("formatHash", () => {
  it("shortens what is long and leaves what is short", () => {
    expect(formatHash("0x9f41d06b7a3ce25f8810b4e7ad92f03c5516ee27b84d1a90f3c2d7845b1ac07e")).toBe("0x9f41…c07e");
    expect(formatHash("op_01K9V4T7QE")).toBe("op_0…T7QE");
    expect(formatHash("0x12345678")).toBe("0x12345678");
  });
});

describe("ageOf", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");
  it.each([
    [now - 400, { unit: "now", count: 0, future: false }],
    [now + 400, { unit: "now", count: 0, future: false }],
    [now - 59_999, { unit: "second", count: 59, future: false }],
    [now - 60_000, { unit: "minute", count: 1, future: false }],
    [now - 47 * 3_600_000, { unit: "hour", count: 47, future: false }],
    [now + 48 * 3_600_000, { unit: "day", count: 2, future: true }],
    [now + 30 * 86_400_000 - 90_000, { unit: "day", count: 30, future: true }],
    [now - 30 * 86_400_000 + 90_000, { unit: "day", count: 29, future: false }],
  ])("%s", (moment, age) => {
    expect(ageOf(moment, now)).toEqual(age);
  });
});

describe("moments", () => {
  it("are in UTC whatever the zone of the machine", () => {
    const moment = new Date("2026-11-20T23:31:07Z");
    expect(formatDate(moment, "en")).toBe("20 Nov 2026");
    expect(formatMonth("2026-11", "en")).toBe("November 2026");
    expect(formatClock(moment, "en")).toBe("23:31:07");
    expect(formatMoment(moment, "en")).toBe("20 Nov 2026, 23:31:07 UTC");
  });
});

describe("formatShare", () => {
  it("has as many digits as say something, and is nothing only for nothing", () => {
    expect([0, 0.00001, 0.00034, 0.0312, 0.123, 1, 2.345].map((share) => formatShare(share, "en"))).toEqual(["0%", "< 0.01%", "0.034%", "3.1%", "12.3%", "100%", "235%"]);
  });
});
