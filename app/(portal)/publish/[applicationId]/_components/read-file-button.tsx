"use client";

import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { contractDraftCharactersMax } from "@/lib/applications/client";

type Props = Readonly<{ label: string; accept: string; onText: (text: string) => void }>;

/** Reads a text file into a field, in the browser: nothing is uploaded before the draft is saved. */
export function ReadFileButton({ label, accept, onText }: Props) {
  const t = useTranslations("publish.file");
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const read = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > contractDraftCharactersMax) return setProblem(t("tooLarge", { name: file.name }));
    setProblem(undefined);
    onText((await file.text()).trim());
  };
  return (
    <div className="flex flex-wrap items-center gap-2.5">
      <Button size="sm" onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        accept={accept}
        className="hidden"
        aria-label={label}
        onChange={(event) => {
          void read(event.target.files?.[0]);
          // The same file may be chosen again after it was mended.
          event.target.value = "";
        }}
      />
      <output className="text-xs text-hydrant-ink">{problem}</output>
    </div>
  );
}
