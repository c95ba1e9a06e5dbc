import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { getPublication, listPublications, listPublicationsSchema } from "@/lib/applications";
import { listCityNodes } from "@/lib/city-nodes";
import { requirePortalAdmin } from "../../../_data/require-portal-admin";
import { PublicationDesk } from "../_components/publication-desk";
import { publicationsPath } from "../_components/publications-path";

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.publications"))("crumb") };
}

/** The queue; beside it, where there is room, the one that waits longest. */
export default async function PublicationsPage({ searchParams }: Props) {
  const [session, query] = await Promise.all([requirePortalAdmin("/admin/publications"), searchParams]);
  // A hand-made address with nonsense shows the queue instead of an error.
  const filter = listPublicationsSchema.catch({ state: "SUBMITTED", page: 1 }).parse(query);
  const [initial, cityNodes] = await Promise.all([listPublications({ session }, filter), listCityNodes()]);
  const [first] = initial.publications;
  const shown = first ? await getPublication({ session }, first.application.id) : undefined;
  return <PublicationDesk key={publicationsPath(filter)} filter={filter} initial={initial} shown={shown} opened={false} cityNodes={cityNodes} />;
}
