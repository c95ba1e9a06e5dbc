"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "./button";
import { classNames } from "./class-names";
import { Input, type InputProps } from "./input";

type Props = Readonly<Omit<InputProps, "type"> & { /** What is hidden, for the button's name: "the password". */ what: string }>;

/** A password field that can be read on demand. */
export function SecretInput({ what, className, ...rest }: Props) {
  const t = useTranslations("ui.secret");
  const [shown, setShown] = useState(false);
  return (
    <span className="relative block">
      <Input {...rest} type={shown ? "text" : "password"} className={classNames("pr-11", className)} spellCheck={false} autoCapitalize="none" />
      <Button look="quiet" size="sm" icon={shown ? "hide" : "show"} iconOnly aria-label={t(shown ? "hide" : "show", { name: what })} aria-pressed={shown} onClick={() => setShown(!shown)} className="absolute top-1/2 right-1 -translate-y-1/2 active:translate-x-0" />
    </span>
  );
}
