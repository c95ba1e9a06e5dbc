"use client";

import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";

export function useUpdateProfile() {
  return useApiMutation<{ name: string }, { name: string }>({
    call: (body) => ({ method: "PATCH", path: "/api/identity/profile", body }),
    schema: z.object({ name: z.string() }),
  });
}
