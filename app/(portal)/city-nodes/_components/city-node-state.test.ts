import { describe, expect, it } from "vitest";
import { standingOf } from "./city-node-state";

describe("standingOf", () => {
  it("does not call a city node open while none of its hosts answers", () => {
    expect(standingOf({ state: "OPEN", selectable: false })).toBe("AWAY");
    expect(standingOf({ state: "OPEN", selectable: true })).toBe("OPEN");
  });

  it("says of a planned or closed one just that, since nothing was expected to answer", () => {
    expect(standingOf({ state: "PLANNED", selectable: false })).toBe("PLANNED");
    expect(standingOf({ state: "CLOSED", selectable: false })).toBe("CLOSED");
  });
});
