import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthShell } from "@/app/_components/shell/auth-shell";
import { getCurrentSession } from "@/app/_session/get-current-session";
import { startPath } from "@/app/_session/start-path";
import { SignUpForm } from "./_components/sign-up-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth.signUp"))("page") };
}

const steps = ["account", "chain", "snippet", "arrival"] as const;

export default async function SignUpPage() {
  const [session, t] = await Promise.all([getCurrentSession(), getTranslations("auth.signUp")]);
  if (session) redirect(startPath(session));
  return (
    <AuthShell
      top={t.rich("have", { link: (text) => <Link href="/sign-in">{text}</Link> })}
      foot={t("foot")}
      asideTitle={t("minute")}
      asideSteps={steps.map((key) => ({ key, title: t(`steps.${key}`), time: t(`steps.${key}Time`), detail: t(`steps.${key}Detail`) }))}
    >
      <div className="grid gap-4.5">
        <div className="grid gap-1.5">
          <h1 className="h1 text-3xl max-md:text-2xl">{t("title")}</h1>
          <p className="text-ink-2">{t("subtitle")}</p>
        </div>
        <SignUpForm />
      </div>
    </AuthShell>
  );
}
