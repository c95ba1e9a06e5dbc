import { describe, expect, it } from "vitest";
import { clientAddress } from "./request-origin";
import { routeName } from "./route-name";

describe("clientAddress", () => {
  it.each([
    ["203.0.113.9", 0, "203.0.113.9"],
    ["6.6.6.6, 203.0.113.9", 0, "203.0.113.9"],
    ["6.6.6.6, 7.7.7.7, 203.0.113.9", 0, "203.0.113.9"],
    ["198.51.100.4, 10.0.0.1", 1, "198.51.100.4"],
    ["6.6.6.6, 198.51.100.4, 10.0.0.1", 1, "198.51.100.4"],
    ["6.6.6.6, 198.51.100.4, 10.0.0.2, 10.0.0.1", 2, "198.51.100.4"],
    ["10.0.0.1", 2, "10.0.0.1"],
    [" , ", 0, "unknown"],
    [null, 0, "unknown"],
  ])("of %j behind %i proxies never believes what the client itself said", (header, proxies, address) => {
    expect(clientAddress(header, proxies)).toBe(address);
  });
});

describe("routeName", () => {
  const nameOf = (path: string, params: object = {}) => routeName(new Request(`http://portal.test${path}`, { method: "POST" }), params);

  it("is the same for all rows, so that logs and limits are counted by route", () => {
    expect(nameOf("/api/applications/app_1/pay?x=1", { applicationId: "app_1" })).toBe("POST /api/applications/[applicationId]/pay");
    expect(nameOf("/api/a/b%2Fc/d", { one: "b/c" })).toBe("POST /api/a/[one]/d");
    expect(nameOf("/api/a/x/y", { rest: ["x", "y"] })).toBe("POST /api/a/[rest]/[rest]");
    expect(nameOf("/api/a")).toBe("POST /api/a");
    expect(nameOf("/api/100%/x", { one: "x" })).toBe("POST /api/100%/[one]");
  });
});
