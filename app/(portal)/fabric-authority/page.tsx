import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { getFabricAuthority, listFabricIdentities } from "@/lib/fabric-ca";
import { mayDo, requireOrganisation } from "@/lib/identity";
import { AuthorityView } from "./_components/authority-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("fabricAuthority"))("page") };
}

export default async function FabricAuthorityPage() {
  const session = await requireCurrentSession("/fabric-authority");
  const organisation = requireOrganisation(session, "application.read");
  const mayManage = mayDo(organisation.role, "organisation.manage");
  const authority = await getFabricAuthority({ session });
  const identities = authority && mayManage ? await listFabricIdentities({ session }, {}) : undefined;
  return <AuthorityView organisation={organisation.name} mayManage={mayManage} initial={authority} initialIdentities={identities} />;
}
