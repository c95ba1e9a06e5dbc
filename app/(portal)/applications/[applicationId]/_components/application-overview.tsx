"use client";

import type { ApplicationState } from "@/lib/applications/client";
import { useLiveApplication, type InitialApplication, type LiveApplication } from "../_hooks/use-live-application";
import { ClosedState } from "./closed-state";
import { DraftState } from "./draft-state";
import { FailedState } from "./failed-state";
import { OperationState } from "./operation-state";
import { RunningState } from "./running-state";
import { SubmittedState } from "./submitted-state";
import type { ContractWords } from "./transaction-table";
import { UnpaidState } from "./unpaid-state";

/** What the person who looks may do here; the server refuses the rest all the same. */
export type ApplicationRights = Readonly<{ write: boolean; submit: boolean; pay: boolean; delete: boolean; keys: boolean }>;

export type StateProps = Readonly<{ live: LiveApplication; rights: ApplicationRights; contract: ContractWords }>;

type Props = Readonly<{ initial: InitialApplication; rights: ApplicationRights; contract: ContractWords }>;

const views = {
  DRAFT: DraftState,
  AWAITING_PAYMENT: UnpaidState,
  SUBMITTED: SubmittedState,
  APPROVED: OperationState,
  PROVISIONING: OperationState,
  RUNNING: RunningState,
  REJECTED: ClosedState,
  FAILED: FailedState,
  CANCELLED: ClosedState,
  DELETING: OperationState,
  DELETED: ClosedState,
} as const satisfies Record<ApplicationState, (props: StateProps) => unknown>;

/** One page for an application's whole life: its state decides what is shown, and changes it while one looks. */
export function ApplicationOverview({ initial, rights, contract }: Props) {
  const live = useLiveApplication(initial);
  const View = views[live.detail.application.state];
  return <View live={live} rights={rights} contract={contract} />;
}
