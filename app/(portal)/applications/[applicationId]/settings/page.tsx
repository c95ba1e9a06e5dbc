import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hash } from "@/app/_components/ui/hash";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Sheet } from "@/app/_components/ui/sheet";
import { Time } from "@/app/_components/ui/time";
import { mayDo } from "@/lib/identity";
import { ApplicationFrame } from "../_components/application-frame";
import { readApplication } from "../_data/read-application";
import { DeleteSheet } from "./_components/delete-sheet";

type Props = Readonly<{ params: Promise<{ applicationId: string }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("application.tab"))("settings") };
}

export default async function SettingsPage({ params }: Props) {
  const [{ applicationId }, t, list, tabs] = await Promise.all([params, getTranslations("application.settings"), getTranslations("applications"), getTranslations("application.tab")]);
  const { caller, detail } = await readApplication(applicationId);
  const { application } = detail;
  const role = caller.session.organisations.find(({ id }) => id === application.organisation.id)?.role;
  const times = [
    { label: t("created"), value: application.createdAt },
    { label: t("submitted"), value: application.submittedAt },
    { label: t("running"), value: application.runningAt },
  ];
  return (
    <ApplicationFrame application={application} title={t("title", { name: application.name || list("unnamed") })} crumbs={[{ label: tabs("settings") }]}>
      <Sheet title={t("about")}>
        <KeyValues
          items={[
            { label: t("id"), value: <Hash value={application.id} whole copyName={t("id")} /> },
            { label: t("organisation"), value: application.organisation.name },
            ...times.flatMap(({ label, value }) => (value ? [{ label, value: <Time value={value} show="moment" /> }] : [])),
          ]}
        />
      </Sheet>
      <DeleteSheet application={application} mayDelete={role !== undefined && mayDo(role, "application.delete")} />
    </ApplicationFrame>
  );
}
