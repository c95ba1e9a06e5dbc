import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { listCityNodes } from "@/lib/city-nodes";
import { CityNodesView } from "./_components/city-nodes-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("cityNodes"))("crumb") };
}

export default async function CityNodesPage() {
  await requireCurrentSession("/city-nodes");
  return <CityNodesView initial={await listCityNodes()} />;
}
