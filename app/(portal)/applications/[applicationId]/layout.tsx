import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { findApplication, readApplication } from "./_data/read-application";

type Props = Readonly<{ children: ReactNode; params: Promise<{ applicationId: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { applicationId } = await params;
  const [list, portal] = await Promise.all([getTranslations("applications"), getTranslations("portal")]);
  // Not found by the layout below, which answers 404; a title is needed all the same.
  const found = await findApplication(applicationId);
  if (!found) return { title: portal("notFound.title") };
  const name = found.detail.application.name || list("unnamed");
  return { title: { default: name, template: `%s · ${name}` } };
}

/** Reads before any part of the page is sent, so that what is not there answers 404 and not a skeleton first. */
export default async function ApplicationLayout({ children, params }: Props) {
  await readApplication((await params).applicationId);
  return children;
}
