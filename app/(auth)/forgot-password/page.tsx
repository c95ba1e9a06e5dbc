import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ForgotPassword } from "./_components/forgot-password";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth.forgot"))("page") };
}

export default function ForgotPasswordPage() {
  return <ForgotPassword />;
}
