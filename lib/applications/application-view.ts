import type { Finality } from '@/lib/control/client';
import type { ApplicationView } from './client';
import type { ApplicationState } from './application-state';
import { checkDraft } from './drafts/check-draft';

/** What {@link toApplicationView} needs of the rows. */
export const applicationInclude = {
  organisation: { select: { id: true, name: true } },
  cityNodes: {
    orderBy: { position: 'asc' },
    select: { cityNode: { select: { code: true, city: true, country: true, provider: true } } },
  },
} as const;

interface ApplicationRows {
  id: string;
  organisation: { id: string; name: string };
  plan: 'TEST' | 'STANDARD';
  state: ApplicationState;
  stateReason: string | null;
  name: string;
  description: string;
  framework: string | null;
  frameworkVersion: string | null;
  contractPackage: unknown;
  finality: Finality | null;
  draftStep: string | null;
  version: number;
  cityNodes: { cityNode: ApplicationView['cityNodes'][number] }[];
  createdAt: Date;
  updatedAt: Date;
  submittedAt: Date | null;
  decidedAt: Date | null;
  runningAt: Date | null;
  expiresAt: Date | null;
  deletedAt: Date | null;
}

/** An application as its members and the portal admin see it. */
export function toApplicationView(row: ApplicationRows): ApplicationView {
  const content = {
    name: row.name,
    description: row.description,
    framework: row.framework,
    frameworkVersion: row.frameworkVersion,
    contractPackage: row.contractPackage ?? null,
    cityNodes: row.cityNodes.map(({ cityNode }) => cityNode.code),
    finality: row.finality,
  };
  return {
    id: row.id,
    organisation: row.organisation,
    plan: row.plan,
    state: row.state,
    stateReason: row.stateReason,
    name: row.name,
    description: row.description,
    framework: row.framework,
    frameworkVersion: row.frameworkVersion,
    contractPackage: content.contractPackage,
    cityNodes: row.cityNodes.map(({ cityNode }) => cityNode),
    finality: row.finality,
    draft: row.state === 'DRAFT' ? { step: row.draftStep, missing: checkDraft(content) } : null,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    submittedAt: row.submittedAt?.toISOString() ?? null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    runningAt: row.runningAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}
