import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SkipLink } from "@/app/_components/shell/skip-link";
import { quotePlan } from "@/lib/billing";
import { listCityNodes } from "@/lib/city-nodes";
import { CityNodesBand } from "./_components/city-nodes-band";
import { FiguresSection } from "./_components/figures-section";
import { FrameworkSection } from "./_components/framework-section";
import { Hero } from "./_components/hero";
import { HoldsSection } from "./_components/holds-section";
import { PublicFooter } from "./_components/public-footer";
import { PublicHeader } from "./_components/public-header";
import { QuickStartSection } from "./_components/quick-start-section";
import { readBenchResults } from "./_components/read-bench-results";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("landing");
  return { title: t("title"), description: t("description") };
}

export default async function LandingPage() {
  const quote = quotePlan("STANDARD");
  const [cityNodes, provision, ethereum] = await Promise.all([listCityNodes(), readBenchResults("provision"), readBenchResults("ethereum")]);
  return (
    <>
      <SkipLink />
      <PublicHeader hasMap={cityNodes.length > 0} />
      <main id="main">
        <Hero quote={quote} />
        {cityNodes.length > 0 ? <CityNodesBand cityNodes={cityNodes} readAt={new Date().toISOString()} /> : null}
        <FrameworkSection />
        <QuickStartSection quote={quote} />
        <FiguresSection provision={provision} ethereum={ethereum} />
        <HoldsSection />
      </main>
      <PublicFooter />
    </>
  );
}
