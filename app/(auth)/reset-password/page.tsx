import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ResetPassword } from "./_components/reset-password";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth.reset"))("page") };
}

export default function ResetPasswordPage() {
  return <ResetPassword />;
}
