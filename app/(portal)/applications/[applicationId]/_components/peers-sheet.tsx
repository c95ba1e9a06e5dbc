import { useTranslations } from "next-intl";
import { Height } from "@/app/_components/ui/height";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Table } from "@/app/_components/ui/table";
import { Bytes } from "@/app/_components/ui/bytes";
import { Time } from "@/app/_components/ui/time";
import type { EndpointView, SubChainView } from "@/lib/sub-chains/client";

/** Every peer with what it last reported, and what the arrangement does not survive. */
export function PeersSheet({ subChain, silent }: Readonly<{ subChain: SubChainView; /** Codes of city nodes that do not answer. */ silent: ReadonlySet<string> }>) {
  const t = useTranslations("application.peers");
  const { endpoints, hosts } = subChain;
  const orderer = endpoints.find(({ orders }) => orders);
  return (
    <Sheet
      title={t("title")}
      flush
      aside={<span className="text-sm text-ink-2">{t("count", { peers: endpoints.length, hosts })}</span>}
      foot={
        <span>
          {t("solo", { city: orderer?.city ?? "" })} {endpoints.length === 1 ? t("alone") : t("others")} {endpoints.length > 1 && hosts === 1 ? t("oneHost") : null}
        </span>
      }
    >
      <Table
        label={t("title")}
        rows={endpoints}
        rowKey={({ cityNode }) => cityNode}
        empty={null}
        columns={[
          {
            key: "city",
            head: t("cityNode"),
            cell: ({ cityNode, city, orders }) => (
              <span className="inline-flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <Plate code={cityNode} />
                {city}
                {orders ? <span className="text-xs font-body text-ink-3">{t("orders")}</span> : null}
              </span>
            ),
          },
          { key: "height", head: t("height"), right: true, cell: ({ height }) => (height < 0 ? t("none") : <Height value={height} />) },
          { key: "state", head: t("state"), cell: (endpoint) => <PeerState endpoint={endpoint} silent={silent.has(endpoint.cityNode)} /> },
          { key: "size", head: t("size"), right: true, fold: "hide", cell: ({ sizeBytes }) => <Bytes value={sizeBytes} /> },
          { key: "checked", head: t("checked"), right: true, fold: "hide", cell: ({ checkedAt }) => (checkedAt ? <Time value={checkedAt} /> : t("none")) },
        ]}
      />
    </Sheet>
  );
}

const kinds = { RESERVED: "flow", OPEN: "well", STOPPED: "fault", REMOVED: "shut" } as const;

function PeerState({ endpoint, silent }: Readonly<{ endpoint: EndpointView; silent: boolean }>) {
  const t = useTranslations("application.peers");
  return (
    <span className="grid justify-items-start gap-0.5">
      {silent ? <Status kind="wait">{t("silent")}</Status> : <Status kind={kinds[endpoint.state]}>{t(`states.${endpoint.state}`)}</Status>}
      {silent ? <span className="text-xs text-ink-2">{t("silentText")}</span> : null}
      {endpoint.problem ? <span className="text-xs text-ink-2">{endpoint.problem}</span> : null}
    </span>
  );
}
