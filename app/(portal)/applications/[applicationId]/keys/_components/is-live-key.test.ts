import { describe, expect, it } from "vitest";
import { isLiveKey } from "./is-live-key";

const now = new Date("2026-11-20T12:00:00.000Z").getTime();

describe("isLiveKey", () => {
  it("is true for a key without an end and for one whose end is to come", () => {
    expect(isLiveKey({ revokedAt: null, expiresAt: null }, now)).toBe(true);
    expect(isLiveKey({ revokedAt: null, expiresAt: "2026-11-20T12:00:00.001Z" }, now)).toBe(true);
  });

  it("is false from the very moment of the end, and for a revoked one whatever its end", () => {
    expect(isLiveKey({ revokedAt: null, expiresAt: "2026-11-20T12:00:00.000Z" }, now)).toBe(false);
    expect(isLiveKey({ revokedAt: "2026-11-19T00:00:00.000Z", expiresAt: null }, now)).toBe(false);
  });
});
