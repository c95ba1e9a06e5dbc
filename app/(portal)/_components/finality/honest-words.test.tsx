import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import finality from "@/app/_i18n/messages/en/finality.json";
import ui from "@/app/_i18n/messages/en/ui.json";
import type { FailureDomains } from "@/lib/city-nodes/client";
import { EvidenceNotes } from "./evidence-notes";
import { FailureDomain } from "./failure-domain";
import { Survival } from "./survival";

const render = (part: ReactNode) =>
  renderToStaticMarkup(
    <NextIntlClientProvider locale="en" timeZone="UTC" messages={{ finality, ui }}>
      {part}
    </NextIntlClientProvider>,
  );
const domains = (change: Partial<FailureDomains> = {}): FailureDomains => ({ peers: 4, processes: 1, machines: 1, processPeersMax: 4, machinePeersMax: 4, ...change });
const apart = { processes: 4, processPeersMax: 1 };

describe("what fails together", () => {
  it("promises help against a liar where a liar is outvoted, and nowhere else", () => {
    const label = (mode: "solo" | "crash" | "byzantine", where = domains()) => render(<FailureDomain finality={mode} domains={where} />);
    expect(label("byzantine")).toMatch(/faulty or lies/);
    for (const mode of ["solo", "crash"] as const) expect(label(mode)).not.toMatch(/lies/);
    for (const mode of ["solo", "crash", "byzantine"] as const) expect(label(mode, domains(apart))).toMatch(/nothing here protects against the loss of that machine or of its administrator/);
  });

  it("does not say that writing waits for a process that may carry nothing but followers", () => {
    const label = render(<FailureDomain finality="solo" domains={domains({ peers: 3, processes: 2, processPeersMax: 2, machinePeersMax: 3 })} />);
    expect(label).not.toMatch(/carries 2 of them/);
    expect(label).toMatch(/process of the peer that orders/);
  });
});

describe("what is not survived", () => {
  it("names the machine whose loss takes more peers along than the mode bears, also when there are several", () => {
    const lines = (machines: number, machinePeersMax: number) => render(<Survival finality="byzantine" peers={4} domains={domains({ ...apart, machines, machinePeersMax })} />);
    expect(lines(1, 4)).toMatch(/The loss of the one machine/);
    expect(lines(2, 2)).toMatch(/A machine that carries 2 peers being away/);
    expect(lines(4, 1)).not.toMatch(/machine/);
  });
});

describe("a peer that is said to have signed twice", () => {
  it("is not condemned by the page: who says so is named, and that the portal has not checked it", () => {
    const proof = { culprit: "PAR", height: 7, round: 0, kind: "precommit" as const, hashes: ["a".repeat(64), "b".repeat(64)] as [string, string], timeMs: 1_000 };
    const endpoint = (cityNode: string, city: string, evidence: (typeof proof)[]) => ({ cityNode, city, agreement: { finality: "byzantine" as const, validators: 4, quorum: 3, evidence } });
    const endpoints = [endpoint("SIN", "Singapore", [proof]), endpoint("PAR", "Paris", [])];
    const html = render(<EvidenceNotes subChain={{ finality: "byzantine", endpoints }} />);
    expect(html).toMatch(/The peer in Paris is reported to have signed two different blocks/);
    expect(html).toMatch(/So says the peer in Singapore.*the portal has not checked them itself/);
  });
});
