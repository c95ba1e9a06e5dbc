import { useLocale, useTranslations } from "next-intl";
import { Bytes } from "@/app/_components/ui/bytes";
import { Certificate, LatheBand, Rosette } from "@/app/_components/ui/certificate";
import { Chart } from "@/app/_components/ui/chart";
import { Count } from "@/app/_components/ui/count";
import { Duration } from "@/app/_components/ui/duration";
import { Empty } from "@/app/_components/ui/empty";
import { formatCount } from "@/app/_components/ui/format-count";
import { Hash } from "@/app/_components/ui/hash";
import { Height } from "@/app/_components/ui/height";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Meter } from "@/app/_components/ui/meter";
import { Money } from "@/app/_components/ui/money";
import { Pagination } from "@/app/_components/ui/pagination";
import { PipeBand } from "@/app/_components/ui/pipe-band";
import { Plate } from "@/app/_components/ui/plate";
import { Progress } from "@/app/_components/ui/progress";
import { Sheet } from "@/app/_components/ui/sheet";
import { Sparkline } from "@/app/_components/ui/sparkline";
import { Status, type StatusKind } from "@/app/_components/ui/status";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import { TitleBlock } from "@/app/_components/ui/title-block";
import { Way } from "@/app/_components/ui/way";
import { Part, Row } from "./part";

const statuses = ["well", "flow", "wait", "fault", "asleep", "shut"] as const satisfies ReadonlyArray<StatusKind>;
const curve = [18, 16, 19, 14, 17, 21, 24, 20, 26, 31, 28, 22, 24, 30, 38, 42, 36, 33, 27, 24, 19, 22, 25, 21, 17, 15, 18, 20, 16, 23];
const hash = "0x9f41d06b7a3ce25f8810b4e7ad92f03c5516ee27b84d1a90f3c2d7845b1ac07e";
const peers = [
  { code: "SIN", city: "Singapore", host: "sample-host-1", height: 1_482_907, behind: false, since: "2026-10-10T08:00:00Z" },
  { code: "PAR", city: "Paris", host: "sample-host-1", height: 1_482_905, behind: true, since: "2026-11-11T08:00:00Z" },
];

export function DataGallery() {
  const t = useTranslations("design");
  const locale = useLocale();
  return (
    <>
      <Part title={t("sections.status")}>
        <Row>
          {statuses.map((kind) => (
            <Status key={kind} kind={kind} badge>
              {t(`status.${kind}`)}
            </Status>
          ))}
        </Row>
        <div className="flex flex-wrap gap-4.5">
          {statuses.map((kind) => (
            <Status key={kind} kind={kind}>
              {t(`status.${kind}`)}
            </Status>
          ))}
        </div>
      </Part>
      <Part title={t("sections.plates")}>
        <div className="flex flex-wrap items-center gap-2.5">
          <Plate code="SIN" count={87} large />
          <Plate code="PAR" count={52} />
          <Plate code="SHA" />
          <Plate code="JNB" count={14} hollow />
          <Plate code="GRU" hollow />
          <PipeBand framework="ethereum" />
        </div>
      </Part>
      <Part title={t("sections.facts")} span={12}>
        <TitleBlock
          even
          facts={[
            { label: t("facts.framework"), value: <PipeBand framework="ethereum" /> },
            { label: t("facts.subChain"), value: <span className="font-mono text-sm">{t("facts.slug")}</span> },
            { label: t("facts.mode"), value: t("facts.solo") },
            { label: t("facts.paid"), value: <Time value="2027-10-10T00:00:00Z" show="date" /> },
          ]}
        />
        <div className="grid items-start gap-5 lg:grid-cols-3">
          <Certificate label={t("facts.certificate")}>
            <div className="grid grid-cols-[1fr_104px] gap-3">
              <div>
                <h3 className="text-xl font-sign">{t("facts.certificate")}</h3>
                <p className="mt-1.5 text-sm leading-snug text-ink-2">{t("facts.certificateText")}</p>
              </div>
              <Rosette />
            </div>
            <KeyValues
              items={[
                { label: t("facts.block"), value: <Hash value={hash} /> },
                { label: t("facts.place"), value: t("facts.placeValue") },
              ]}
            />
            <LatheBand height={20} />
          </Certificate>
          <Sheet title={t("sections.formats")}>
            <KeyValues
              items={[
                { label: t("formats.money"), value: <Money minor={36_500} currency="USD" /> },
                { label: t("formats.height"), value: <Height value={1_482_907} /> },
                { label: t("formats.count"), value: <Count value={1_213_400} compact /> },
                { label: t("formats.bytes"), value: <Bytes value={17_900_000_000} /> },
                { label: t("formats.hash"), value: <Hash value={hash} copyName={t("facts.block")} /> },
                { label: t("formats.time"), value: <Time value="2026-11-20T14:31:07Z" show="moment" /> },
                { label: t("formats.age"), value: <Time value="2026-01-02T14:31:07Z" /> },
                { label: t("formats.duration"), value: <Duration ms={227} /> },
              ]}
            />
          </Sheet>
          <Sheet title={t("sections.meters")}>
            <div className="grid gap-4.5">
              <Meter label={t("meters.ledger")} used={<Bytes value={17_900_000_000} />} limit={<Bytes value={20_000_000_000} />} share={0.895} note={t("meters.ledgerNote")} />
              <Meter label={t("meters.transactions")} used={<Count value={1_213_400} compact />} limit={<Count value={5_000_000} compact />} share={0.24} note={t("meters.transactionsNote")} />
              <Meter label={t("meters.requests")} used={<Count value={100_000} compact />} limit={<Count value={100_000} compact />} share={1} note={t("meters.requestsNote")} />
              <Meter label={t("meters.none")} used={<Count value={0} />} limit={<Count value={100_000} compact />} share={0} />
              <Progress label={t("meters.progress")} share={0.56} thin />
              <div className="flex items-center gap-3.5">
                <Sparkline values={curve} width={150} height={34} />
                <span>
                  <strong>23</strong> <span className="text-sm text-ink-2">{t("meters.perSecond")}</span>
                </span>
              </div>
            </div>
          </Sheet>
        </div>
      </Part>
      <Part title={t("sections.table")} span={8}>
        <Sheet title={t("table.title")} aside={<span className="text-sm text-ink-2">{t("table.aside")}</span>} flush>
          <Table
            label={t("table.title")}
            rows={peers}
            rowKey={(peer) => peer.code}
            currentKey="PAR"
            empty={<Empty title={t("empty.title")} />}
            columns={[
              {
                key: "city",
                head: t("table.city"),
                cell: (peer) => (
                  <span className="inline-flex items-center gap-2.5">
                    <Plate code={peer.code} />
                    {peer.city}
                  </span>
                ),
              },
              { key: "host", head: t("table.host"), cell: (peer) => <span className="font-mono text-ink-2">{peer.host}</span>, fold: "under" },
              { key: "height", head: t("table.height"), cell: (peer) => <Height value={peer.height} />, right: true },
              { key: "state", head: t("table.state"), cell: (peer) => <Status kind={peer.behind ? "wait" : "well"}>{t(peer.behind ? "table.behind" : "table.open")}</Status> },
              { key: "since", head: t("table.since"), cell: (peer) => <Time value={peer.since} show="date" />, right: true, fold: "hide" },
            ]}
          />
        </Sheet>
        <Pagination from={1} to={2} total={2} nextHref="/design" />
      </Part>
      <Part title={t("sections.meters")} span={4}>
        <div className="sheet p-4">
          <Chart values={curve} label={t("meters.curve")} axis={[t("meters.from"), t("meters.middle"), t("meters.now")]} formatGridline={(value) => formatCount(value, locale)} />
        </div>
      </Part>
      <Part title={t("sections.way")} span={12}>
        <div className="sheet p-4">
          <Way
            label={t("way.label")}
            steps={(["received", "checked", "ordered", "executed", "final"] as const).map((step, place) => ({
              title: t(`way.${step}`),
              detail: t(`way.${step}Detail`),
              time: <Duration ms={[0, 1, 6, 9, 12][place] ?? 0} />,
            }))}
          />
        </div>
      </Part>
    </>
  );
}
