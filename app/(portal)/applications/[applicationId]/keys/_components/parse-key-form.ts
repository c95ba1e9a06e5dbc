/** What the dialog's fields say, in the shape of access-keys' `issueAccessKeySchema`, which checks it. */
export function parseKeyForm(form: FormData): Record<string, unknown> {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const expires = text("expiresInDays");
  return {
    label: text("label"),
    kind: text("kind"),
    scope: text("scope"),
    origins: text("origins")
      .split(/[\s,]+/)
      .filter((origin) => origin !== ""),
    ...(expires === "never" || expires === "" ? {} : { expiresInDays: Number(expires) }),
  };
}
