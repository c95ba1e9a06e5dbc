import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { Icon, type IconName } from "./icon";

export type NoteKind = "info" | "ok" | "wait" | "bad";

const icons = { info: "info", ok: "check", wait: "warning", bad: "warning" } as const satisfies Record<NoteKind, IconName>;

type Props = Readonly<{
  kind: NoteKind;
  /** The cause, in bold at the beginning. */
  title?: ReactNode;
  /** The consequence. */
  children?: ReactNode;
  /** The next step: links or small buttons. */
  actions?: ReactNode;
  /** Read out at once: for what appears after an action. */
  announce?: boolean;
  className?: string;
}>;

/** Cause, consequence, next step. */
export function Note({ kind, title, children, actions, announce = false, className }: Props) {
  return (
    <div className={classNames("note", `note-${kind}`, className)} role={announce ? (kind === "bad" ? "alert" : "status") : undefined}>
      <Icon name={icons[kind]} size={18} />
      <div className="note-body">
        <div className="min-w-0">
          {title ? <strong>{title}</strong> : null}
          {title && children ? " " : null}
          {children}
        </div>
        {actions ? <div className="note-actions">{actions}</div> : null}
      </div>
    </div>
  );
}
