import { describe, expect, it } from "vitest";
import { issueAccessKeySchema } from "@/lib/access-keys/client";
import { parseKeyForm } from "./parse-key-form";

const formOf = (values: Record<string, string>) => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ label: "", kind: "HEADER", scope: "WRITE", origins: "", expiresInDays: "never", ...values })) form.set(name, value);
  return form;
};

describe("parseKeyForm", () => {
  it("makes what the route takes of untouched fields: a key for reading and writing without an end", () => {
    expect(issueAccessKeySchema.parse(parseKeyForm(formOf({})))).toEqual({ label: "", kind: "HEADER", scope: "WRITE", origins: [] });
  });

  it("reads origins from lines, commas and blanks", () => {
    expect(parseKeyForm(formOf({ origins: " https://a.example\nhttps://b.example,\n\n https://c.example " })).origins).toEqual(["https://a.example", "https://b.example", "https://c.example"]);
  });

  it("lets the schema refuse an origin that has a path", () => {
    expect(issueAccessKeySchema.safeParse(parseKeyForm(formOf({ origins: "https://a.example/page" }))).success).toBe(false);
  });

  it("gives the days as a number", () => {
    expect(parseKeyForm(formOf({ expiresInDays: "30" })).expiresInDays).toBe(30);
  });
});
