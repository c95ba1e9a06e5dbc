import { isAppError } from "@/lib/platform";

/** What a city node knows; undefined while it does not answer, so that the rest of the page still shows. */
export async function readOrAway<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isAppError(error) && (error.code === "UNAVAILABLE" || error.code === "CONFLICT")) return undefined;
    throw error;
  }
}
