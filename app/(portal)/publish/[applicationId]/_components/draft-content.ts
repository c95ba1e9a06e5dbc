import type { ApplicationView, DraftContent } from "@/lib/applications/client";

export type StepProps = Readonly<{ application: ApplicationView }>;

/** The part of the stored draft that decides whether it is complete. */
export function contentOf(application: ApplicationView): DraftContent {
  const { name, description, framework, frameworkVersion, contractPackage, cityNodes, finality } = application;
  return { name, description, framework, frameworkVersion, contractPackage, cityNodes: cityNodes.map(({ code }) => code), finality };
}
