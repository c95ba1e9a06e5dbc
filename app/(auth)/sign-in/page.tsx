import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { redirect } from "next/navigation";
import { getCurrentSession } from "@/app/_session/get-current-session";
import { safePath } from "@/app/_session/sign-in-path";
import { startPath } from "@/app/_session/start-path";
import { NarrowPage } from "../_components/narrow-page";
import { SignInPanel } from "./_components/sign-in-panel";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth.signIn"))("page") };
}

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export default async function SignInPage({ searchParams }: Props) {
  const [session, t, { next: wish }] = await Promise.all([getCurrentSession(), getTranslations("auth.signIn"), searchParams]);
  const next = safePath(typeof wish === "string" ? wish : undefined);
  if (session) redirect(next ?? startPath(session));
  return (
    <NarrowPage
      title={t("title")}
      subtitle={next ? t("continue") : undefined}
      end={t.rich("none", { link: (text) => <Link href="/sign-up">{text}</Link> })}
    >
      <SignInPanel submitLabel={t("submit")} />
    </NarrowPage>
  );
}
