import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { VerifyEmail } from "./_components/verify-email";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth.verify"))("page") };
}

export default function VerifyEmailPage() {
  return <VerifyEmail />;
}
