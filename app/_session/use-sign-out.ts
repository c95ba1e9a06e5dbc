"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { leaveTo } from "./leave-to";

/** Ends the session and leaves; a full load, so that nothing of this person stays in the page's memory. */
export function useSignOut() {
  const leave = () => leaveTo("/sign-in");
  return useApiMutation({
    call: () => ({ method: "POST", path: "/api/identity/sign-out" }),
    onSuccess: leave,
    onError: (error) => {
      if (error.code === "UNAUTHENTICATED") void leave();
    },
  });
}
