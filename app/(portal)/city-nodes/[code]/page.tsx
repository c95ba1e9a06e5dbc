import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { tenantScope } from "@/app/api/_http/tenant-scope";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { getCityNode } from "@/lib/city-nodes";
import { orNotFound } from "../../_data/or-not-found";
import { CityNodePage as Shown } from "./_components/city-node-page";

type Props = Readonly<{ params: Promise<{ code: string }> }>;

const readCityNode = cache(async (code: string) => {
  const session = await requireCurrentSession(`/city-nodes/${code}`);
  if (!/^[A-Za-z]{3,4}$/.test(code)) notFound();
  return { session, cityNode: await orNotFound(getCityNode(code, tenantScope(session))) };
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { cityNode } = await readCityNode((await params).code);
  return { title: cityNode.city };
}

export default async function CityNodePage({ params }: Props) {
  const { session, cityNode } = await readCityNode((await params).code);
  return <Shown initial={cityNode} seesAll={session.user.isPortalAdmin} />;
}
