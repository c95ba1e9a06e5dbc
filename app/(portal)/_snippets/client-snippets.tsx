"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { buildSnippets, keyVariable, type SnippetTarget } from "./build-snippets";

type Props = Readonly<{ target: SnippetTarget; /** Below: a way to a key where the page holds none. */ foot?: ReactNode; onCopy?: (snippetId: string) => void }>;

/** Code for three clients, with the key in it for as long as this page holds one. */
export function ClientSnippets({ target, foot, onCopy }: Props) {
  const t = useTranslations("minute.snippet");
  const code = (words: ReactNode) => <code className="text-ink">{words}</code>;
  const footOf = (id: string) => (
    <span className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <span>
        {id === "curl" ? t("runCurl") : t.rich("run", { code, package: id })} {target.key === undefined ? t.rich("needsKey", { code, name: keyVariable }) : t("holdsKey")}
      </span>
      {foot}
    </span>
  );
  return (
    <CodeBlock
      title={t("client")}
      snippets={buildSnippets(target).map((snippet) => ({ ...snippet, foot: footOf(snippet.id) }))}
      secrets={target.key === undefined ? [] : [target.key]}
      {...(onCopy ? { onCopy } : {})}
    />
  );
}
