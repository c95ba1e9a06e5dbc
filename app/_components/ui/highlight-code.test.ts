import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { highlightCode, type CodeLanguage } from "./highlight-code";

const kinds = (code: string, language: CodeLanguage) => highlightCode(code, language).flatMap((piece) => (piece.kind ? [[piece.kind, piece.text]] : []));

describe("highlightCode", () => {
  it("loses and moves no character, whatever the code", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.constantFrom<CodeLanguage>("js", "shell", "json", "text"), (code, language) => {
        const pieces = highlightCode(code, language);
        expect(pieces.map((piece) => piece.text).join("")).toBe(code);
        for (const piece of pieces) expect(code.startsWith(piece.text, piece.at)).toBe(true);
      }),
    );
  });

  it("tells words, calls, numbers, strings and comments of JavaScript apart", () => {
    expect(kinds('const h = await client.getBlock(1n, "const") // await', "js")).toEqual([
      ["key", "const"],
      ["key", "await"],
      ["fn", "getBlock"],
      ["num", "1n"],
      ["str", '"const"'],
      ["com", "// await"],
    ]);
  });

  it("does not take an address inside a string for a comment", () => {
    expect(kinds('http("http://127.0.0.1")', "js")).toEqual([
      ["fn", "http"],
      ["str", '"http://127.0.0.1"'],
    ]);
  });

  it("marks commands and variables of the shell, names and values of JSON", () => {
    expect(kinds('npm i viem && node "a b" $KEY', "shell")).toEqual([
      ["fn", "npm"],
      ["fn", "node"],
      ["str", '"a b"'],
      ["num", "$KEY"],
    ]);
    expect(kinds('{"id": 1, "on": true}', "json")).toEqual([
      ["key", '"id"'],
      ["num", "1"],
      ["key", '"on"'],
      ["fn", "true"],
    ]);
  });
});
