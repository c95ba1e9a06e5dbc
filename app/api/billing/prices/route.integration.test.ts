import { describe, expect, it } from "vitest";
import { callRoute } from "@/app/api/_http/testing";
import { GET } from "./route";

describe("200", () => {
  it("tells everybody the one price, and that it is test money", async () => {
    expect(await callRoute(GET, { path: "/api/billing/prices" })).toMatchObject({
      status: 200,
      body: {
        prices: [
          { plan: "TEST", amountMinor: 0, termDays: 30 },
          { plan: "STANDARD", book: "TEST", amountMinor: 36_500, currency: "USD", termDays: 365, lines: [{ quantity: 1, amountMinor: 36_500 }] },
        ],
      },
    });
  });
});
