import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import type { ListAuditEventsInput } from "@/lib/audit/client";

/** A plain form: the address is the search, so that it can be reloaded and sent to somebody. */
export function AuditFilter({ filter }: Readonly<{ filter: ListAuditEventsInput }>) {
  const t = useTranslations("admin.audit");
  const searched = filter.action !== undefined || filter.subjectId !== undefined || filter.organisationId !== undefined;
  return (
    <form action="/admin/audit" className="flex flex-wrap items-end gap-3">
      <Field label={t("action")} className="max-md:w-full md:w-52">
        <Input name="action" defaultValue={filter.action} placeholder={t("actionExample")} maxLength={80} autoCapitalize="none" spellCheck={false} mono />
      </Field>
      <Field label={t("subject")} className="max-md:w-full md:w-64">
        <Input name="subjectId" defaultValue={filter.subjectId} placeholder={t("subjectExample")} maxLength={80} autoCapitalize="none" spellCheck={false} mono />
      </Field>
      <Field label={t("organisation")} className="max-md:w-full md:w-64">
        <Input name="organisationId" defaultValue={filter.organisationId} placeholder={t("organisationExample")} maxLength={80} autoCapitalize="none" spellCheck={false} mono />
      </Field>
      <span className="flex gap-2">
        <Button type="submit" icon="search">
          {t("search")}
        </Button>
        {searched ? (
          <ButtonLink look="quiet" href="/admin/audit">
            {t("all")}
          </ButtonLink>
        ) : null}
      </span>
    </form>
  );
}
