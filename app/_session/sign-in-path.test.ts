import { describe, expect, it } from "vitest";
import { safePath, signInPath } from "./sign-in-path";

describe("after signing in", () => {
  it.each(["/applications", "/applications/app_1?tab=keys", "/", "/account#sessions"])("%s is reached", (path) => {
    expect(safePath(path)).toBe(path);
    expect(safePath(new URL(signInPath(path), "http://portal.test").searchParams.get("next") ?? "")).toBe(path);
  });

  it.each(["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "evil", "/a\\b", "/a\nb", "", undefined, "/sign-in?next=/sign-in", "/api/auth/csrf"])(
    "a made-up link never leads out of the portal or round in circles: %j",
    (path) => {
      expect(safePath(path)).toBeUndefined();
    },
  );
});
