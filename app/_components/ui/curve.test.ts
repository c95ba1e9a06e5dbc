import { describe, expect, it } from "vitest";
import { gridStep } from "./chart";
import { curvePoints } from "./curve";

describe("curvePoints", () => {
  it("puts zero on the lower edge and the greatest value on the upper one", () => {
    expect(curvePoints([0, 5, 10], { width: 100, height: 20, top: 10 })).toBe("0,20 50,10 100,0");
  });

  it("draws one value as a level line and only zeros on the lower edge", () => {
    expect(curvePoints([5], { width: 100, height: 20, top: 10 })).toBe("0,10 100,10");
    expect(curvePoints([0, 0], { width: 100, height: 20, top: 0 })).toBe("0,20 100,20");
  });

  it("stays inside when a value is above the top", () => {
    expect(curvePoints([99], { width: 10, height: 20, top: 10 })).toBe("0,0 10,0");
  });
});

describe("gridStep", () => {
  it.each([
    [0, 1],
    [3, 1],
    [42, 20],
    [100, 30],
    [4_000, 1_000],
    [0.04, 0.01],
  ])("four steps reach %s with a round step of %s", (greatest, step) => {
    expect(gridStep(greatest)).toBeCloseTo(step, 10);
  });
});
