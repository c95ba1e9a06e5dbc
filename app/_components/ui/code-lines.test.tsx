import { renderToStaticMarkup } from "react-dom/server";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodeLines } from "./code-lines";
import { maskSecret, splitSecrets } from "./split-secrets";

const secretText = fc.string({ unit: fc.constantFrom(..."abcXYZ019._-/+="), minLength: 12, maxLength: 40 });

describe("CodeLines", () => {
  it("never shows a secret, wherever it stands in the code", () => {
    fc.assert(
      fc.property(secretText, fc.constantFrom("js", "shell", "json", "text"), fc.array(fc.constantFrom('"', "// ", " ", "(", "KEY=", "const ", "0x", "'", "`", "$")), (secret, language, around) => {
        const code = `${around.join("")}${secret}${around.toReversed().join("")}\n${secret}`;
        const shown = renderToStaticMarkup(<CodeLines code={code} language={language} secrets={[secret]} />)
          .replace(/<[^>]*>/g, "")
          .replace(/&amp;/g, "&");
        expect(shown).not.toContain(secret);
        expect(shown).toContain(maskSecret(secret));
      }),
    );
  });
});

describe("splitSecrets", () => {
  it("gives the text back when joined, and finds every secret", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("k1.secret", "k2.other", "text", " ")), (parts) => {
        const text = parts.join("");
        const pieces = splitSecrets(text, ["k1.secret", "k2.other"]);
        expect(pieces.map((piece) => piece.text).join("")).toBe(text);
        expect(pieces.filter((piece) => piece.secret)).toHaveLength(parts.filter((part) => part.startsWith("k")).length);
      }),
    );
  });

  it("does not hang on an empty secret", () => {
    expect(splitSecrets("text", [""])).toEqual([{ text: "text", at: 0, secret: false }]);
  });
});
