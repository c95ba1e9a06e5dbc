/** Address of the sign-in page that leads back to `returnTo`. */
export function signInPath(returnTo: string): string {
  return `/sign-in?${new URLSearchParams({ next: returnTo })}`;
}

/**
 * A path of this portal, or undefined. A link that somebody else made must not lead out of the portal after signing in
 * (`//evil.example`, `/\evil.example`, `https:…`), nor to the sign-in page again.
 */
export function safePath(path: string | undefined): string | undefined {
  if (!path || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path)) return undefined;
  return /^\/(sign-in|sign-up|api)(\/|\?|$)/.test(path) ? undefined : path;
}
