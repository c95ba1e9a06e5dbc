import { expect, it } from "vitest";
import { initials } from "./avatar";

it.each([
  ["Lin Wei", "LW"],
  ["lin.wei@port.example", "LW"],
  ["admin@port.example", "AD"],
  ["Ana María de la Cruz", "AC"],
  ["", "?"],
])("initials of %s are %s", (name, letters) => {
  expect(initials(name)).toBe(letters);
});
