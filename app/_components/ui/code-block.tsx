"use client";

import { useTranslations } from "next-intl";
import { Tabs } from "radix-ui";
import { useState, type ReactNode } from "react";
import { CodeLines } from "./code-lines";
import { CopyButton } from "./copy-button";
import type { CodeLanguage } from "./highlight-code";
import { Scrollable } from "./scrollable";

export type Snippet = Readonly<{ id: string; label: string; language: CodeLanguage; code: string; /** How to run it, below the code. */ foot?: ReactNode }>;

type Props = Readonly<{
  /** One is shown under a title, several under tabs. At least one. */
  snippets: ReadonlyArray<Snippet>;
  /** Accessible name of the tabs; with one snippet the title above it. */
  title?: string;
  /** Shown masked in brass, copied whole. */
  secrets?: ReadonlyArray<string>;
  /** Below the code of every snippet that has no foot of its own. */
  foot?: ReactNode;
  onCopy?: (snippetId: string) => void;
}>;

/** Code to copy, the button always in view. */
export function CodeBlock({ snippets, title, secrets = [], foot, onCopy }: Props) {
  const t = useTranslations("ui.code");
  const [chosen, setChosen] = useState(snippets[0]?.id ?? "");
  const snippet = snippets.find(({ id }) => id === chosen) ?? snippets[0];
  if (!snippet) return null;
  const copy = <CopyButton text={snippet.code} {...(onCopy ? { onCopy: () => onCopy(snippet.id) } : {})} />;
  return (
    <Tabs.Root className="code" value={snippet.id} onValueChange={setChosen}>
      <div className="code-head">
        {snippets.length > 1 ? (
          <Tabs.List className="tabs" aria-label={title ?? t("client")}>
            {snippets.map(({ id, label }) => (
              <Tabs.Trigger key={id} value={id} className="tab">
                {label}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        ) : (
          <span className="code-title">{title ?? snippet.label}</span>
        )}
        {copy}
      </div>
      {snippets.length > 1 ? (
        snippets.map(({ id, code, language }) => (
          <Tabs.Content key={id} value={id} asChild>
            <pre>
              <CodeLines code={code} language={language} secrets={secrets} />
            </pre>
          </Tabs.Content>
        ))
      ) : (
        <Scrollable as="pre">
          <CodeLines code={snippet.code} language={snippet.language} secrets={secrets} />
        </Scrollable>
      )}
      {snippet.foot ?? foot ? <div className="sheet-foot bg-sheet">{snippet.foot ?? foot}</div> : null}
    </Tabs.Root>
  );
}
