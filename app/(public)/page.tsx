import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SkipLink } from "@/app/_components/shell/skip-link";
import { quotePlan } from "@/lib/billing";
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
  const [provision, ethereum] = await Promise.all([readBenchResults("provision"), readBenchResults("ethereum")]);
  return (
    <>
      <SkipLink />
      <PublicHeader hasMap={false} />
      <main id="main">
        <Hero quote={quote} />
        <FrameworkSection />
        <QuickStartSection quote={quote} />
        <FiguresSection provision={provision} ethereum={ethereum} />
        <HoldsSection />
      </main>
      <PublicFooter />
    </>
  );
}
