import { z } from "zod";

/** Address of everything below `/api/applications/[applicationId]`. */
export const applicationParams = z.object({ applicationId: z.string().max(80) });
