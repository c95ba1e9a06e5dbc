import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { orNotFound } from "@/app/(portal)/_data/or-not-found";
import { getHostConsumption, getHostSummary, type HostConsumption } from "@/lib/city-nodes";
import { isAppError } from "@/lib/platform";
import { requirePortalAdmin } from "../../../_data/require-portal-admin";
import { consumptionFilterSchema, consumptionPath, pageSize } from "../_components/consumption-path";
import { HostDesk } from "../_components/host-desk";

type Props = Readonly<{ params: Promise<{ hostId: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.hosts"))("host") };
}

export default async function HostPage({ params, searchParams }: Props) {
  const [{ hostId }, query] = await Promise.all([params, searchParams]);
  await requirePortalAdmin(`/admin/hosts/${hostId}`);
  const host = await orNotFound(getHostSummary(hostId));
  const { data, success } = consumptionFilterSchema.safeParse(query);
  const filter = success ? data : consumptionFilterSchema.parse({});
  const initial = await unlessAway(getHostConsumption(hostId, { ...filter, limit: pageSize }));
  return <HostDesk key={consumptionPath(hostId, filter)} host={host} filter={filter} initial={initial} />;
}

/** The page stands without what a host that is away cannot say. */
async function unlessAway(reading: Promise<HostConsumption>): Promise<HostConsumption | null> {
  try {
    return await reading;
  } catch (error) {
    if (isAppError(error) && error.code === "UNAVAILABLE") return null;
    throw error;
  }
}
