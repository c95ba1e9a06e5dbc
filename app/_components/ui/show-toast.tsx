"use client";

import type { ReactNode } from "react";
import { toast } from "sonner";
import { Button } from "./button";
import { Status, type StatusKind } from "./status";

type Toast = Readonly<{
  kind: StatusKind;
  /** What happened. */
  title: ReactNode;
  /** What it means. */
  detail?: ReactNode;
  action?: Readonly<{ label: ReactNode; onPress: () => void }>;
}>;

/** Faults stay longer: they have to be read. */
const durationMs = { fault: 12_000, other: 6_000 } as const;

/** Tells of something that happened away from where the user looks; errors of a form stand in the form. */
export function showToast({ kind, title, detail, action }: Toast): void {
  toast.custom(
    (id) => (
      <div className="toast">
        <Status kind={kind}>{null}</Status>
        <div className="min-w-0">
          <div className="font-medium">{title}</div>
          {detail ? <div className="text-ink-2">{detail}</div> : null}
        </div>
        {action ? (
          <Button
            size="sm"
            onClick={() => {
              action.onPress();
              toast.dismiss(id);
            }}
          >
            {action.label}
          </Button>
        ) : null}
      </div>
    ),
    { duration: kind === "fault" ? durationMs.fault : durationMs.other, unstyled: true },
  );
}
