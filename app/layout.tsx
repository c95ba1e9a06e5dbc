import type { Metadata, Viewport } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages, getTranslations } from "next-intl/server";
import localFont from "next/font/local";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Providers } from "./_providers/providers";
import { themeCookie, themeFromCookie } from "./_providers/theme";
import "./globals.css";

const overpass = localFont({
  src: "../node_modules/@fontsource-variable/overpass/files/overpass-latin-wght-normal.woff2",
  variable: "--font-overpass",
  weight: "100 900",
  display: "swap",
  adjustFontFallback: false,
  declarations: [
    { prop: "ascent-override", value: "93%" },
    { prop: "descent-override", value: "27%" },
    { prop: "line-gap-override", value: "0%" },
  ],
});

const splineSansMono = localFont({
  src: "../node_modules/@fontsource-variable/spline-sans-mono/files/spline-sans-mono-latin-wght-normal.woff2",
  variable: "--font-spline",
  weight: "300 700",
  display: "swap",
  adjustFontFallback: false,
});

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("ui");
  return {
    title: { default: t("productName"), template: `%s · ${t("productName")}` },
    description: t("tagline"),
    icons: { icon: "/favicon.svg" },
  };
}

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f0f2ed" },
    { media: "(prefers-color-scheme: dark)", color: "#0a1418" },
  ],
};

type Props = Readonly<{ children: ReactNode }>;

export default async function RootLayout({ children }: Props) {
  const [locale, messages, jar] = await Promise.all([getLocale(), getMessages(), cookies()]);
  // Texts that only server components read need not travel to the browser.
  const { design: _design, landing: _landing, ...browserMessages } = messages;
  return (
    // The toggle sets data-theme in the browser; the cookie lets the server draw the right one at once, without a flash.
    <html lang={locale} data-theme={themeFromCookie(jar.get(themeCookie)?.value)} className={`${overpass.variable} ${splineSansMono.variable}`} suppressHydrationWarning>
      <body>
        <NextIntlClientProvider messages={browserMessages}>
          <Providers>{children}</Providers>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
