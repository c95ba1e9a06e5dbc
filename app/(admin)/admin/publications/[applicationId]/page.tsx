import type { Metadata } from "next";
import { cache } from "react";
import { orNotFound } from "@/app/(portal)/_data/or-not-found";
import { getPublication, listPublications, listPublicationsSchema } from "@/lib/applications";
import { listCityNodes } from "@/lib/city-nodes";
import { requirePortalAdmin } from "../../../_data/require-portal-admin";
import { PublicationDesk } from "../_components/publication-desk";

type Props = Readonly<{ params: Promise<{ applicationId: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> }>;

const readPublication = cache(async (applicationId: string) => {
  const session = await requirePortalAdmin(`/admin/publications/${applicationId}`);
  return { session, shown: await orNotFound(getPublication({ session }, applicationId)) };
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { shown } = await readPublication((await params).applicationId);
  return { title: shown.application.name };
}

export default async function PublicationPage({ params, searchParams }: Props) {
  const [{ session, shown }, query] = await Promise.all([readPublication((await params).applicationId), searchParams]);
  const filter = listPublicationsSchema.catch({ state: "SUBMITTED", page: 1 }).parse(query);
  const [initial, cityNodes] = await Promise.all([listPublications({ session }, filter), listCityNodes()]);
  return <PublicationDesk key={shown.application.id} filter={filter} initial={initial} shown={shown} opened cityNodes={cityNodes} />;
}
