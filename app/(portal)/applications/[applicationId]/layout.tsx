import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { readApplication } from "./_data/read-application";

type Props = Readonly<{ children: ReactNode; params: Promise<{ applicationId: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [{ applicationId }, t] = await Promise.all([params, getTranslations("applications")]);
  const { detail } = await readApplication(applicationId);
  const name = detail.application.name || t("unnamed");
  return { title: { default: name, template: `%s · ${name}` } };
}

/** Reads before any part of the page is sent, so that what is not there answers 404 and not a skeleton first. */
export default async function ApplicationLayout({ children, params }: Props) {
  await readApplication((await params).applicationId);
  return children;
}
