import { notFound } from "next/navigation";
import { isAppError } from "@/lib/platform";

/** Turns NOT_FOUND into the page that says so. */
export async function orNotFound<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (isAppError(error) && error.code === "NOT_FOUND") notFound();
    throw error;
  }
}
