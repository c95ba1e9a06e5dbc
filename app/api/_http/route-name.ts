/**
 * `GET /api/applications/[applicationId]`: the same for all rows, so that logs can be counted by it and limits and
 * idempotency keys belong to a route. Made from the address and its parameters, since Next does not say the pattern.
 */
export function routeName(request: Request, params: unknown): string {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(params ?? {})) {
    for (const part of Array.isArray(value) ? value : [value]) names.set(String(part), name);
  }
  const segments = new URL(request.url).pathname.split("/").map((segment) => {
    const name = names.get(decoded(segment)) ?? names.get(segment);
    return name === undefined ? segment : `[${name}]`;
  });
  return `${request.method} ${segments.join("/")}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A lone per cent sign is no escape: the segment stands for itself.
    return segment;
  }
}
