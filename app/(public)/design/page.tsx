import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Brand } from "@/app/_components/shell/brand";
import { SkipLink } from "@/app/_components/shell/skip-link";
import { ThemeToggle } from "@/app/_components/ui/theme-toggle";
import { BasicsGallery } from "./_components/basics-gallery";
import { ControlsGallery } from "./_components/controls-gallery";
import { DataGallery } from "./_components/data-gallery";
import { DesignMessages } from "./_components/design-messages";
import { MapGallery } from "./_components/map-gallery";
import { OverlaysGallery } from "./_components/overlays-gallery";
import { StatesGallery } from "./_components/states-gallery";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("design");
  return { title: t("title"), robots: { index: false } };
}

/** For whoever builds screens: all parts at one look, in the theme of the toggle. */
export default async function DesignPage() {
  const t = await getTranslations("design");
  return (
    <DesignMessages>
      <SkipLink />
      <main id="main" className="mx-auto grid max-w-[1240px] gap-7.5 px-3.5 pt-4.5 pb-10 md:px-6 md:pt-8 md:pb-16">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Brand size={34} />
          <ThemeToggle named />
        </div>
        <div>
          <h1 className="h1 text-3xl">{t("title")}</h1>
          <p className="mt-1 max-w-[66ch] text-ink-2">{t("text")}</p>
        </div>
        <BasicsGallery />
        <div className="grid grid-cols-1 gap-x-5 gap-y-7.5 md:grid-cols-12">
          <ControlsGallery />
          <DataGallery />
          <StatesGallery />
          <OverlaysGallery />
          <MapGallery />
        </div>
      </main>
    </DesignMessages>
  );
}
