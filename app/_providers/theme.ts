export type Theme = "light" | "dark";

export const themeCookie = "theme";

/** The theme a cookie's value asks for; undefined follows the operating system. */
export const themeFromCookie = (value: string | undefined): Theme | undefined => (value === "light" || value === "dark" ? value : undefined);
