import { useTranslations } from "next-intl";
import Link from "next/link";
import { Button } from "@/app/_components/ui/button";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { CopyLine } from "@/app/_components/ui/copy-line";
import { Duration } from "@/app/_components/ui/duration";
import { Empty } from "@/app/_components/ui/empty";
import { Note } from "@/app/_components/ui/note";
import { PipeTimeline } from "@/app/_components/ui/pipe-timeline";
import { Skeleton } from "@/app/_components/ui/skeleton";
import { Steps } from "@/app/_components/ui/steps";
import { Tabs } from "@/app/_components/ui/tabs";
import { Part } from "./part";

const sampleKey = "smpl.0123456789abcdef";
const snippets = [
  { id: "viem", label: "viem", language: "js", code: `const height = await client.getBlockNumber() // 1482907n\nconst key = "${sampleKey}"` },
  { id: "curl", label: "curl", language: "shell", code: `curl "$CHAINWORKS_URL" -H "authorization: Bearer ${sampleKey}"` },
  { id: "json", label: "JSON", language: "json", code: `{ "jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": [] }` },
] as const;

export function StatesGallery() {
  const t = useTranslations("design");
  return (
    <>
      <Part title={t("sections.timeline")} span={4}>
        <PipeTimeline
          steps={[
            { key: "reserved", title: t("timeline.reserved"), state: "done", time: <Duration ms={41} /> },
            { key: "opening", title: t("timeline.opening"), state: "running", time: <Duration ms={6_900} />, detail: t("timeline.openingDetail"), note: t("timeline.openingNote"), level: 0.6 },
            { key: "refused", title: t("timeline.refused"), state: "failed", time: <Duration ms={9} />, detail: t("timeline.refusedDetail") },
            { key: "gateways", title: t("timeline.gateways"), state: "next" },
          ]}
        />
      </Part>
      <Part title={t("sections.notices")} span={4}>
        <Note kind="bad" title={t("notices.badTitle")} actions={<Link href="/design">{t("notices.badAction")}</Link>}>
          {t("notices.bad")}
        </Note>
        <Note kind="wait" title={t("notices.waitTitle")}>
          {t("notices.wait")}
        </Note>
        <Note kind="info">{t("notices.info")}</Note>
        <Note kind="ok">{t("notices.ok")}</Note>
        <div className="sheet p-4">
          <Skeleton />
        </div>
      </Part>
      <Part title={t("sections.empty")} span={4}>
        <div className="sheet">
          <Empty title={t("empty.title")} actions={<Button size="sm">{t("empty.action")}</Button>}>
            {t("empty.text")}
          </Empty>
        </div>
      </Part>
      <Part title={t("sections.code")} span={8}>
        <Steps
          label={t("code.steps")}
          current={2}
          steps={[{ label: t("code.basics"), href: "/design" }, { label: t("code.framework"), href: "/design" }, { label: t("code.package") }, { label: t("code.nodes") }, { label: t("code.review") }]}
        />
        <CodeBlock snippets={snippets} secrets={[sampleKey]} foot={t("code.foot")} />
        <CopyLine name={t("code.address")} value="http://127.0.0.1:4100/sin/sample-4417" />
        <CopyLine name={t("code.secret")} value={sampleKey} secret />
      </Part>
      <Part title={t("code.tabs")} span={4}>
        <Tabs
          label={t("code.tabs")}
          tabs={[
            { value: "events", label: t("code.events"), content: t("code.eventsText") },
            { value: "state", label: t("code.state"), content: t("code.stateText") },
          ]}
        />
      </Part>
    </>
  );
}
