import { useTranslations } from "next-intl";
import { Certificate, LatheBand, Rosette } from "@/app/_components/ui/certificate";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { Hash } from "@/app/_components/ui/hash";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Note } from "@/app/_components/ui/note";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { faultsToleratedOf } from "@/lib/control/client";
import type { CertificateView } from "@/lib/explorer/client";

type Peer = Readonly<{ cityNode: string; city: string }>;

type Props = Readonly<{
  height: number;
  /** Undefined while no city node answers; the first block has none. */
  certificate: CertificateView | undefined;
  /** Of the sub-chain, for the names of cities and for who did not have to sign. */
  peers: ReadonlyArray<Peer>;
}>;

/** What makes a block final, as a document: who signed, how many had to, and everything that is needed to check it elsewhere. */
export function FinalityCertificate({ height, certificate, peers }: Props) {
  const t = useTranslations("finality.certificate");
  if (height === 0) return <Sheet title={t("genesis")}><p className="text-ink-2">{t("genesisText")}</p></Sheet>;
  if (!certificate) return <Note kind="wait" title={t("away")}>{t("awayText")}</Note>;
  return (
    <Certificate label={t("title")}>
      <Lead certificate={certificate} />
      <Signers certificate={certificate} peers={peers} />
      <Facts certificate={certificate} peers={peers} />
      <div className="my-3">
        <LatheBand height={22} />
      </div>
      <p className="text-xs leading-relaxed text-ink-2">{t("check")}</p>
      <div className="-ml-2 pt-1.5">
        <CopyButton text={JSON.stringify(certificate, null, 2)} name={t("copy")} label={t("copyLabel")} />
      </div>
    </Certificate>
  );
}

function Lead({ certificate: { finality, height, validators, signatures, enough } }: Readonly<{ certificate: CertificateView }>) {
  const t = useTranslations("finality.certificate");
  const wrong = signatures.filter(({ valid }) => !valid).length;
  const words = { height, signed: signatures.length, validators, faults: faultsToleratedOf(finality, validators) };
  return (
    <>
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 className="text-lg font-strong">{t("title")}</h2>
          <p className="mt-1.5 text-sm leading-relaxed text-ink-2">{t(`lead.${finality}`, words)}</p>
        </div>
        <span className="shrink-0 max-md:hidden">
          <Rosette size={92} />
        </span>
      </div>
      {enough ? null : (
        <Note kind="bad" className="mt-3" title={t("tooFew")}>
          {t("tooFewText")}
        </Note>
      )}
      {wrong > 0 ? (
        <Note kind="bad" className="mt-3" title={t("wrong", { count: wrong })}>
          {t("wrongText")}
        </Note>
      ) : null}
    </>
  );
}

/** Those who signed first; with a quorum also those who did not have to. */
function Signers({ certificate: { finality, quorum, signatures }, peers }: Readonly<{ certificate: CertificateView; peers: ReadonlyArray<Peer> }>) {
  const t = useTranslations("finality.certificate");
  const cityOf = (code: string) => peers.find(({ cityNode }) => cityNode === code)?.city;
  const others = finality === "solo" ? [] : peers.filter(({ cityNode }) => !signatures.some(({ name }) => name === cityNode));
  return (
    <ul className="mt-3" aria-label={t("signers")}>
      {signatures.map(({ name, signature, valid }) => (
        <li key={name} className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-1.5 text-sm">
          <Plate code={name} {...cityName(cityOf(name))} />
          <span className="min-w-0 grow">
            <Hash value={`0x${hexOf(signature)}`} />
          </span>
          <Status kind={valid ? "well" : "fault"}>{t(valid ? "valid" : "invalid")}</Status>
        </li>
      ))}
      {others.map(({ cityNode, city }) => (
        <li key={cityNode} className="flex min-h-10 items-center gap-3 border-b border-line py-1.5 text-sm text-ink-2">
          <Plate code={cityNode} city={city} hollow />
          {t("notNeeded", { quorum })}
        </li>
      ))}
    </ul>
  );
}

function Facts({ certificate: { finality, quorum, validators, proposer, round, hash }, peers }: Readonly<{ certificate: CertificateView; peers: ReadonlyArray<Peer> }>) {
  const t = useTranslations("finality.certificate");
  const modes = useTranslations("finality.mode");
  return (
    <KeyValues
      className="grid-cols-[96px_minmax(0,1fr)]"
      items={[
        { label: t("mode"), value: modes(finality) },
        { label: t("quorumLabel"), value: t("quorumValue", { quorum, validators }) },
        { label: t("proposer"), value: peers.find(({ cityNode }) => cityNode === proposer)?.city ?? proposer },
        { label: t("round"), value: round },
        { label: t("header"), value: <Hash value={hash} copyName={t("header")} /> },
      ]}
    />
  );
}

/** A plate without a city says its code alone. */
function cityName(city: string | undefined): { city: string } | undefined {
  return city === undefined ? undefined : { city };
}

function hexOf(base64: string): string {
  return Array.from(atob(base64), (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
