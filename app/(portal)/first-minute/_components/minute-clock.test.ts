import { describe, expect, it } from "vitest";
import { formatSinceStart, inWholeSeconds, minuteStart } from "./minute-clock";

const clicked = { createdAt: "2026-11-20T12:00:00.000Z" };
const clickedMs = new Date(clicked.createdAt).getTime();

describe("minuteStart", () => {
  it("counts from sign-up for who has just signed up", () => {
    expect(minuteStart(clicked, clickedMs - 20_000)).toEqual({ atMs: clickedMs - 20_000, isSignUp: true });
  });

  it("does not tell somebody who came back after days that days have passed", () => {
    expect(minuteStart(clicked, clickedMs - 86_400_000)).toEqual({ atMs: clickedMs, isSignUp: false });
    expect(minuteStart(clicked, undefined)).toEqual({ atMs: clickedMs, isSignUp: false });
  });
});

describe("formatSinceStart", () => {
  it.each([
    [0, "0:00.0"],
    [710, "0:00.7"],
    [38_200, "0:38.2"],
    [59_960, "1:00.0"],
    [61_000, "1:01.0"],
    [-5, "0:00.0"],
  ])("writes %i ms as %s", (ms, text) => {
    expect(formatSinceStart(ms)).toBe(text);
  });
});

describe("inWholeSeconds", () => {
  it("shows no tenths for a moment that is only known to the second, and none before the start", () => {
    expect(inWholeSeconds(clickedMs + 100, "2026-11-20T12:00:16.000Z") - clickedMs - 100).toBe(16_000);
    expect(inWholeSeconds(clickedMs + 900, "2026-11-20T12:00:00.000Z") - clickedMs - 900).toBe(0);
  });
});
