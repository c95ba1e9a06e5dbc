import { describe, expect, it } from "vitest";
import { applicationsPath } from "./applications-path";

describe("applicationsPath", () => {
  it("keeps an address short: what is empty or the first page is left out", () => {
    expect(applicationsPath({})).toBe("/applications");
    expect(applicationsPath({ search: "  ", state: "", page: 1 })).toBe("/applications");
  });

  it("carries search, state and page, escaped", () => {
    expect(applicationsPath({ search: "a&b=c", state: "RUNNING", page: 2 })).toBe("/applications?search=a%26b%3Dc&state=RUNNING&page=2");
  });
});
