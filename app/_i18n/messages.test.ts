import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createTranslator, IntlErrorCode, type AbstractIntlMessages } from "next-intl";
import { describe, expect, it } from "vitest";
import english from "./messages/en";

const root = path.join(import.meta.dirname, "messages");

/** Dotted keys of all texts. */
function keysOf(messages: AbstractIntlMessages, prefix = ""): ReadonlyArray<string> {
  return Object.entries(messages).flatMap(([key, value]) => (typeof value === "string" ? [prefix + key] : keysOf(value, `${prefix}${key}.`)));
}

/** `city-nodes.json` holds the namespace `cityNodes`. */
const areaOf = (file: string) => path.basename(file, ".json").replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** All files of a language, by area. */
function readLanguage(language: string): AbstractIntlMessages {
  const files = readdirSync(path.join(root, language)).filter((file) => file.endsWith(".json"));
  return Object.fromEntries(files.map((file) => [areaOf(file), JSON.parse(readFileSync(path.join(root, language, file), "utf8")) as AbstractIntlMessages]));
}

type Translate = { (key: string): string; raw: (key: string) => unknown };

const languages = readdirSync(root);

describe("messages", () => {
  it("of every area are in the index: a forgotten file would show keys instead of words", () => {
    expect(Object.keys(english).toSorted()).toEqual(Object.keys(readLanguage("en")).toSorted());
  });

  it.each(languages)("in %s have a text for every key, and for no other", (language) => {
    expect(keysOf(readLanguage(language)).toSorted()).toEqual(keysOf(readLanguage("en")).toSorted());
  });

  it.each(languages)("in %s are not empty and follow the ICU grammar", (language) => {
    const messages = readLanguage(language);
    const wrong: string[] = [];
    for (const key of keysOf(messages)) {
      const t = createTranslator({
        locale: "en",
        messages,
        // Values are missing here on purpose; only a text that cannot be parsed is a fault.
        onError: (error) => {
          if (error.code === IntlErrorCode.INVALID_MESSAGE) wrong.push(`${key}: ${error.message}`);
        },
        // Keys are typed by what the index holds; here they come from the files.
      }) as unknown as Translate;
      if (t.raw(key) === "") wrong.push(`${key} is empty`);
      t(key);
    }
    expect(wrong).toEqual([]);
  });
});
