"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Avatar } from "@/app/_components/ui/avatar";
import { Button } from "@/app/_components/ui/button";
import { ConfirmDialog } from "@/app/_components/ui/confirm-dialog";
import { Dialog } from "@/app/_components/ui/dialog";
import { Menu } from "@/app/_components/ui/menu";
import { showToast } from "@/app/_components/ui/show-toast";
import { Tooltip } from "@/app/_components/ui/tooltip";
import { Part, Row } from "./part";

export function OverlaysGallery() {
  const t = useTranslations("design");
  const [opened, setOpened] = useState(false);
  const [asked, setAsked] = useState(false);
  return (
    <Part title={t("sections.overlays")} span={12}>
      <Row>
        <Dialog
          open={opened}
          onOpenChange={setOpened}
          trigger={<Button>{t("overlays.open")}</Button>}
          title={t("overlays.title")}
          description={t("overlays.description")}
          actions={
            <Button look="primary" onClick={() => setOpened(false)}>
              {t("overlays.close")}
            </Button>
          }
        />
        <Button look="danger" onClick={() => setAsked(true)}>
          {t("overlays.delete")}
        </Button>
        <ConfirmDialog open={asked} onOpenChange={setAsked} title={t("overlays.deleteTitle")} confirmLabel={t("overlays.delete")} expected="sample-4417" onConfirm={() => setAsked(false)}>
          <p>{t("overlays.deleteText")}</p>
        </ConfirmDialog>
        <Menu
          align="start"
          trigger={<Button icon="list">{t("overlays.menu")}</Button>}
          items={[
            { kind: "label", key: "label", label: t("overlays.menuLabel") },
            { kind: "link", key: "home", label: t("overlays.menuLink"), href: "/", icon: "overview" },
            { kind: "action", key: "nothing", label: t("overlays.menuAction"), onSelect: () => undefined, icon: "settings" },
            { kind: "line", key: "line" },
            { kind: "action", key: "delete", label: t("overlays.menuDanger"), onSelect: () => setAsked(true), icon: "remove", danger: true },
          ]}
        />
        <Tooltip text={t("overlays.tooltipText")}>
          <Button look="quiet" icon="info">
            {t("overlays.tooltip")}
          </Button>
        </Tooltip>
        <Button onClick={() => showToast({ kind: "well", title: t("notices.toastTitle"), detail: t("notices.toastDetail"), action: { label: t("notices.undo"), onPress: () => undefined } })}>{t("notices.toast")}</Button>
        <Button onClick={() => showToast({ kind: "fault", title: t("notices.toastFaultTitle") })}>{t("notices.toastFault")}</Button>
        <Avatar name="lin.wei@sample.example" />
      </Row>
    </Part>
  );
}
