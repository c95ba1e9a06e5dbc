import { highlightCode, type CodeLanguage } from "./highlight-code";
import { coverSecrets, maskSecret, splitSecrets } from "./split-secrets";

type Props = Readonly<{ code: string; language: CodeLanguage; secrets?: ReadonlyArray<string> }>;

/** Coloured code with its secrets masked. */
export function CodeLines({ code, language, secrets = [] }: Props) {
  // Coloured with the secrets covered by letters: so no secret, whatever it looks like, falls apart into two pieces and escapes its mask.
  const covered = coverSecrets(code, secrets);
  return (
    <code>
      {highlightCode(covered, language).map((piece) => (
        <span key={piece.at} className={piece.kind ? `code-${piece.kind}` : undefined}>
          {splitSecrets(code.slice(piece.at, piece.at + piece.text.length), secrets).map((part) =>
            part.secret ? (
              <span key={part.at} className="code-secret">
                {maskSecret(part.text)}
              </span>
            ) : (
              part.text
            ),
          )}
        </span>
      ))}
    </code>
  );
}
