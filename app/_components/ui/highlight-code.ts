export type CodeLanguage = "js" | "shell" | "json" | "text";

export type CodePiece = Readonly<{ text: string; /** Place of its first character in the code. */ at: number; kind?: "key" | "str" | "fn" | "num" | "com" }>;

/** Order matters: comments and strings first, so that words inside them stay plain. */
const grammars = {
  js: /(?<com>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<str>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(?<key>\b(?:as|async|await|const|else|export|for|from|function|if|import|let|new|null|of|return|throw|true|false|try|catch|undefined|while)\b)|(?<fn>\b[A-Za-z_$][\w$]*(?=\())|(?<num>\b(?:0x[\da-fA-F]+|\d[\d_]*(?:\.\d+)?)n?\b)/g,
  shell: /(?<com>(?<=^|\s)#[^\n]*)|(?<str>"(?:\\.|[^"\\])*"|'[^']*')|(?<fn>(?<=^|\n|&&\s|\|\s)[a-z][\w.-]*)|(?<num>\$[A-Z_][A-Z0-9_]*)/g,
  json: /(?<key>"(?:\\.|[^"\\])*"(?=\s*:))|(?<str>"(?:\\.|[^"\\])*")|(?<num>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?<fn>\b(?:true|false|null)\b)/g,
  text: undefined,
} as const satisfies Record<CodeLanguage, RegExp | undefined>;

/** Splits code into pieces to colour. The pieces joined give the code back: what cannot be named stays plain. */
export function highlightCode(code: string, language: CodeLanguage): ReadonlyArray<CodePiece> {
  const grammar = grammars[language];
  if (!grammar) return [{ text: code, at: 0 }];
  const pieces: CodePiece[] = [];
  let end = 0;
  for (const match of code.matchAll(grammar)) {
    if (match.index > end) pieces.push({ text: code.slice(end, match.index), at: end });
    const kind = (["com", "str", "key", "fn", "num"] as const).find((name) => match.groups?.[name] !== undefined);
    pieces.push({ text: match[0], at: match.index, ...(kind ? { kind } : {}) });
    end = match.index + match[0].length;
  }
  if (end < code.length) pieces.push({ text: code.slice(end), at: end });
  return pieces;
}
