"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";

/** Ends the session and leaves with a full load, so that nothing of it stays in the browser's memory. */
export function useSignOut() {
  return useApiMutation({
    call: () => ({ method: "POST", path: "/api/identity/sign-out" }),
    onSuccess: () => window.location.assign("/"),
    // An ended session cannot be ended again; the way out is the same.
    onError: (error) => {
      if (error.code === "UNAUTHENTICATED") window.location.assign("/");
    },
  });
}
