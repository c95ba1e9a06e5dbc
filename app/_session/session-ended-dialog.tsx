"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { z } from "zod";
import { fetchJson } from "@/app/_api/fetch-json";
import { announceSessionResumed, onSessionEnded } from "@/app/_api/session-ended";
import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { Note } from "@/app/_components/ui/note";
import { SignInForm } from "./sign-in-form";

type Props = Readonly<{ /** Who the page was drawn for. */ userId: string; email: string }>;

const profileSchema = z.object({ user: z.object({ id: z.string(), email: z.string() }) });

/**
 * Stands in every layout of signed-in pages. When a call or a stream says that the session is over, it asks to sign in
 * again above the page, so that what was typed into it stays.
 */
export function SessionEndedDialog({ userId, email }: Props) {
  const t = useTranslations("auth.ended");
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [other, setOther] = useState<string>();
  useEffect(() => onSessionEnded(() => setOpen(true)), []);

  const goOn = async () => {
    const { user } = await fetchJson("/api/identity/profile", { schema: profileSchema });
    // Another person's page must not be shown under this one's name, nor its drafts be saved as theirs.
    if (user.id !== userId) return setOther(user.email);
    setOpen(false);
    announceSessionResumed();
    await queryClient.invalidateQueries();
  };

  return (
    <Dialog open={open} onOpenChange={setOpen} title={t("title")} description={t("text")}>
      {other ? (
        <Note kind="wait" announce actions={<Button onClick={() => window.location.reload()}>{t("reload")}</Button>}>
          {t("other", { email: other })}
        </Note>
      ) : (
        <SignInForm email={email} submitLabel={t("submit")} onSignedIn={goOn} />
      )}
    </Dialog>
  );
}
