"use client";

import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import type { MakeFabricKit } from "@/lib/sub-chains/client";

const kitSchema = z.object({ fileName: z.string(), zip: z.base64() });

/** Makes a connection kit and has the browser save it. */
export function useMakeKit(applicationId: string, onSaved: (fileName: string) => void) {
  return useApiMutation<MakeFabricKit, z.output<typeof kitSchema>>({
    call: (body) => ({ method: "POST", path: `/api/applications/${applicationId}/fabric-kits`, body }),
    schema: kitSchema,
    onSuccess({ fileName, zip }) {
      save(fileName, Uint8Array.from(atob(zip), (letter) => letter.charCodeAt(0)));
      onSaved(fileName);
    },
  });
}

function save(fileName: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser reads it a moment later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
