import { AppError } from "@/lib/platform";

/**
 * The body as text, of at most `bytesMax` bytes; stops reading as soon as it is longer.
 * @throws AppError TOO_LARGE, INVALID_INPUT for anything that does not call itself JSON or is not UTF-8.
 */
export async function readJsonText(request: Request, bytesMax: number): Promise<string> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    // Also a defence: a form on another site can post text or form fields, but not JSON, without asking us first.
    throw invalid("Send JSON with the header content-type: application/json.");
  }
  return readText(request, bytesMax);
}

/** The body of whatever type, under the same limit. @throws AppError TOO_LARGE, INVALID_INPUT. */
export async function readText(request: Request, bytesMax: number): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > bytesMax) throw tooLarge(bytesMax);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw invalid("The body is not UTF-8 text.", cause);
  }
}

/** @throws AppError INVALID_INPUT that says where the text stops being JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(text === "" ? "The body is empty: send a JSON object." : "The body is not valid JSON.", cause);
  }
}

function invalid(publicMessage: string, cause?: unknown): AppError {
  return new AppError("INVALID_INPUT", { fields: {} }, { publicMessage, cause });
}

function tooLarge(limitBytes: number): AppError {
  return new AppError("TOO_LARGE", { limitBytes }, { publicMessage: `The body is larger than ${limitBytes.toLocaleString("en")} bytes.` });
}
