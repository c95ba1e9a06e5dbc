"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Check } from "@/app/_components/ui/check";
import { Choice } from "@/app/_components/ui/choice";
import { CountInput } from "@/app/_components/ui/count-input";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { SearchField } from "@/app/_components/ui/search-field";
import { SecretInput } from "@/app/_components/ui/secret-input";
import { Segmented } from "@/app/_components/ui/segmented";
import { Select } from "@/app/_components/ui/select";
import { Tag } from "@/app/_components/ui/tag";
import { Textarea } from "@/app/_components/ui/textarea";
import { Part, Row } from "./part";

export function ControlsGallery() {
  const t = useTranslations("design");
  const [count, setCount] = useState(3);
  const [period, setPeriod] = useState<"hour" | "day">("hour");
  const [mode, setMode] = useState<"solo" | "other">("solo");
  return (
    <>
      <Part title={t("sections.buttons")}>
        <Row>
          <Button look="primary">{t("buttons.primary")}</Button>
          <Button>{t("buttons.plain")}</Button>
          <Button look="quiet">{t("buttons.quiet")}</Button>
          <Button look="danger">{t("buttons.danger")}</Button>
          <Button look="destroy">{t("buttons.destroy")}</Button>
          <Button disabled>{t("buttons.disabled")}</Button>
          <Button loading>{t("buttons.loading")}</Button>
        </Row>
        <Row>
          <Button look="primary" size="lg">
            {t("buttons.large")}
          </Button>
          <Button size="sm" icon="add">
            {t("buttons.small")}
          </Button>
          <Button icon="settings" iconOnly aria-label={t("buttons.icon")} />
          <ButtonLink href="/" icon="back">
            {t("buttons.link")}
          </ButtonLink>
          <CountInput value={count} onChange={setCount} name={t("buttons.count")} min={1} max={7} />
          <Segmented
            label={t("buttons.period")}
            value={period}
            onChange={setPeriod}
            options={[
              { value: "hour", label: t("buttons.hour") },
              { value: "day", label: t("buttons.day") },
            ]}
          />
        </Row>
        <Row>
          <kbd>{t("buttons.key")}</kbd>
          <Tag>{t("buttons.tag")}</Tag>
        </Row>
        <SearchField label={t("inputs.search")} placeholder={t("inputs.searchPlace")} className="max-w-[260px]" />
        <Choice
          legend={t("inputs.mode")}
          name="mode"
          value={mode}
          onChange={setMode}
          options={[
            { value: "solo", label: t("inputs.solo"), detail: t("inputs.soloDetail") },
            { value: "other", label: t("inputs.other"), detail: t("inputs.otherDetail") },
          ]}
        />
      </Part>
      <Part title={t("sections.inputs")}>
        <Field label={t("inputs.name")}>
          <Input defaultValue={t("inputs.nameValue")} />
        </Field>
        <Field label={t("inputs.short")} error={t("inputs.shortError")}>
          <Input defaultValue={t("inputs.shortValue")} />
        </Field>
        <Field label={t("inputs.password")} hint={t("inputs.passwordHint")}>
          <SecretInput what={t("inputs.thePassword")} autoComplete="off" />
        </Field>
        <Field label={t("inputs.package")}>
          <Select>
            <option>{t("inputs.template")}</option>
            <option>{t("inputs.own")}</option>
          </Select>
        </Field>
        <Field label={t("inputs.note")}>
          <Textarea rows={2} />
        </Field>
        <Check defaultChecked>{t("inputs.agree")}</Check>
      </Part>
    </>
  );
}
