import { expect, it } from "vitest";
import { currentHref } from "./navigation";

const hrefs = ["/applications", "/applications/app_1", "/applications/app_1/keys", "/invoices"];

it("marks the place whose address is the longest beginning of the page's", () => {
  expect(currentHref("/applications/app_1/keys/new", hrefs)).toBe("/applications/app_1/keys");
  expect(currentHref("/applications/app_1", hrefs)).toBe("/applications/app_1");
});

it("does not take a longer word for a deeper place", () => {
  expect(currentHref("/applications/app_12", hrefs)).toBe("/applications");
  expect(currentHref("/invoices-old", hrefs)).toBeUndefined();
});
