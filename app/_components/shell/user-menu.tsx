"use client";

import { useTranslations } from "next-intl";
import { Avatar } from "../ui/avatar";
import { Menu, type MenuItem } from "../ui/menu";

type Props = Readonly<{ /** Name or e-mail address of who is signed in. */ name: string; items: ReadonlyArray<MenuItem> }>;

/** Who is signed in; sign out is the last item. */
export function UserMenu({ name, items }: Props) {
  const t = useTranslations("shell");
  return (
    <Menu
      items={[{ kind: "label", key: "who", label: name }, { kind: "line", key: "line" }, ...items]}
      trigger={
        <button type="button" className="rounded-pipe">
          <Avatar name={name} />
          <span className="sr-only">{t("signedInAs", { name })}</span>
        </button>
      }
    />
  );
}
