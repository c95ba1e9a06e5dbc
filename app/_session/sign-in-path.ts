const startPage = "/applications";

/** Address of the sign-in page that leads back to `returnTo`. */
export function signInPath(returnTo: string): string {
  return `/sign-in?${new URLSearchParams({ next: safePath(returnTo) })}`;
}

/**
 * Where to go after signing in: a path of this portal, else the start page. A link that somebody else made must not
 * lead out of the portal (`//evil.example`, `/\evil.example`, `https:…`).
 */
export function safePath(path: string | undefined): string {
  if (!path || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path)) return startPage;
  return path;
}
