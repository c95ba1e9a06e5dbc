import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

const resultSchema = z.object({
  commit: z.string().min(1),
  date: z.iso.datetime(),
  machine: z.string().min(1),
  figures: z.record(z.string(), z.number()),
});

export type BenchResult = z.infer<typeof resultSchema>;

/**
 * What a bench of this repository has measured, as it wrote it down.
 * @returns undefined while it has not run: then the page shows no figure at all
 */
export async function readBenchResults(name: "provision" | "ethereum"): Promise<BenchResult | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(process.cwd(), "bench", "results", `${name}.json`), "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
  return resultSchema.parse(JSON.parse(text));
}
