import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import landing from "@/app/_i18n/messages/en/landing.json";
import ui from "@/app/_i18n/messages/en/ui.json";
import { FiguresSection } from "./figures-section";
import type { BenchResult } from "./read-bench-results";

const result = (figures: Record<string, number>): BenchResult => ({ commit: "0123456789ab", date: "2026-11-20T12:00:00.000Z", machine: "2 cores", figures });

const render = (provision: BenchResult | undefined, ethereum: BenchResult | undefined) =>
  renderToStaticMarkup(
    <NextIntlClientProvider locale="en" timeZone="UTC" now={new Date("2026-11-20T12:00:00Z")} messages={{ landing, ui }}>
      <FiguresSection provision={provision} ethereum={ethereum} />
    </NextIntlClientProvider>,
  );

describe("FiguresSection", () => {
  it("shows nothing while no bench has run", () => {
    expect(render(undefined, undefined)).toBe("");
    expect(render(result({ another: 1 }), undefined)).toBe("");
  });

  it("never shows a figure without the command, the commit, the day and the machine that it comes from", () => {
    const html = render(result({ p50Ms1: 812.4 }), result({ batchVsAnvil: 1.234 }));
    expect(html).toContain("812 ms");
    expect(html).toContain("1.23 times");
    for (const command of ["npm run bench -- provision", "npm run bench -- ethereum"]) expect(html).toContain(command);
    expect(html.match(/0123456789ab/g)).toHaveLength(2);
    expect(html.match(/20 Nov 2026</g)).toHaveLength(2);
    expect(html.match(/2 cores/g)).toHaveLength(2);
  });
});
