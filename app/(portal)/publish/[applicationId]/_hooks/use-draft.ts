"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { isApiError, type ApiError } from "@/app/_api/api-error";
import { fetchJson } from "@/app/_api/fetch-json";
import { onSessionResumed } from "@/app/_api/session-ended";
import { applicationKeys, type ApplicationView, type SaveDraftStepInput } from "@/lib/applications/client";
import { findSavedDraft, keepSavedDraft } from "./use-latest-draft";

/** One step's fields, as they are typed. */
export type DraftChange = Pick<SaveDraftStepInput, "step" | "data">;

export type SaveState =
  | { kind: "saved"; /** ISO 8601. */ at: string }
  | { kind: "unsaved" | "saving" }
  /** Tried again by itself where that may help, otherwise with the next change. */
  | { kind: "failed"; error: ApiError }
  /** Somebody saved the draft elsewhere, or submitted it: nothing more is saved here. */
  | { kind: "elsewhere"; error: ApiError };

export interface Draft {
  application: ApplicationView;
  save: SaveState;
  /** Takes what was typed; it is saved a moment after the last change. */
  change: (change: DraftChange) => void;
  /** Saves at once what is not saved yet; false when that is not possible now. */
  flush: () => Promise<boolean>;
}

const quietMs = 600;
const retryMs = 3_000;

/** The last save of each draft in this window. */
const lastSaves = new Map<string, Promise<unknown>>();

/** Saves of one draft come one after the other, also those of the step that was just left. */
function afterLastSave(applicationId: string, save: () => Promise<boolean>): Promise<boolean> {
  const mine = (lastSaves.get(applicationId) ?? Promise.resolve()).then(save, save);
  lastSaves.set(applicationId, mine);
  return mine;
}

/** The same content would be refused again. */
function isRefusedForGood({ code, status, retryable }: ApiError): boolean {
  return status >= 400 && status < 500 && !retryable && code !== "UNAUTHENTICATED" && code !== "RATE_LIMITED";
}

/**
 * Keeps a draft in step with the server: one save at a time, each naming the version that it was made from, so that
 * a second tab is told instead of overwritten.
 */
export function useDraft(initial: ApplicationView): Draft {
  const queryClient = useQueryClient();
  const [application, setApplication] = useState(initial);
  const [save, setSave] = useState<SaveState>({ kind: "saved", at: initial.updatedAt });
  const version = useRef(initial.version);
  const pending = useRef<DraftChange | undefined>(undefined);
  const underWay = useRef<Promise<boolean> | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const stopped = useRef(false);
  const refused = useRef(false);

  const saveAll = useCallback(async (): Promise<boolean> => {
    while (pending.current && !stopped.current) {
      const change = pending.current;
      pending.current = undefined;
      setSave({ kind: "saving" });
      try {
        // The step that was just left may have saved after this one was shown.
        const body = { ...change, version: Math.max(version.current, findSavedDraft(queryClient, initial.id)?.version ?? 0) };
        const saved = await fetchJson<ApplicationView>(`/api/applications/${initial.id}`, { method: "PATCH", body });
        version.current = saved.version;
        keepSavedDraft(queryClient, saved);
        setApplication(saved);
        setSave({ kind: "saved", at: saved.updatedAt });
      } catch (error) {
        if (!isApiError(error)) throw error;
        // What was typed meanwhile is newer than what failed.
        pending.current ??= change;
        refused.current = isRefusedForGood(error);
        stopped.current = error.code === "CONFLICT" || error.code === "NOT_FOUND";
        setSave({ kind: stopped.current ? "elsewhere" : "failed", error });
        return false;
      }
    }
    void queryClient.invalidateQueries({ queryKey: applicationKeys.lists() });
    return !stopped.current;
  }, [initial.id, queryClient]);

  const flush = useCallback(
    async function flushDraft(): Promise<boolean> {
      clearTimeout(timer.current);
      // A change that arrives while a save is under way is taken by that save's loop.
      underWay.current ??= afterLastSave(initial.id, saveAll).finally(() => {
        underWay.current = undefined;
      });
      const saved = await underWay.current;
      if (!saved && !stopped.current && !refused.current) timer.current = setTimeout(() => void flushDraft(), retryMs);
      return saved;
    },
    [initial.id, saveAll],
  );

  const change = useCallback(
    (next: DraftChange) => {
      pending.current = next;
      if (stopped.current) return;
      setSave({ kind: "unsaved" });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush(), quietMs);
    },
    [flush],
  );

  useEffect(() => {
    // Leaving within the quiet moment: save what can be saved, and ask where the page would be lost.
    const onHide = () => {
      if (document.visibilityState === "hidden" && pending.current) void flush();
    };
    const onLeave = (event: BeforeUnloadEvent) => {
      if (pending.current || underWay.current) event.preventDefault();
    };
    document.addEventListener("visibilitychange", onHide);
    const stopListening = onSessionResumed(() => {
      if (pending.current) void flush();
    });
    window.addEventListener("beforeunload", onLeave);
    return () => {
      stopListening();
      document.removeEventListener("visibilitychange", onHide);
      window.removeEventListener("beforeunload", onLeave);
      if (pending.current) void flush();
    };
  }, [flush]);

  return { application, save, change, flush };
}
