"use client";

import { useTranslations } from "next-intl";
import { isApiError } from "./api-error";

/** Words for any error: the portal's own for what it refuses, ours where the portal could not say anything. */
export function useErrorText(): (error: unknown) => string {
  const t = useTranslations("errors");
  return (error) => {
    if (!isApiError(error)) return t("INTERNAL_PLAIN");
    switch (error.code) {
      case "NETWORK":
      case "UNAVAILABLE":
      case "UNAUTHENTICATED":
        return t(error.code);
      case "INTERNAL":
        return error.requestId ? t("INTERNAL", { requestId: error.requestId }) : t("INTERNAL_PLAIN");
      default:
        return error.publicMessage;
    }
  };
}
