import type { ChaincodeDefinition } from '../chaincode-definition';
import { findDefinition, readApproval, type Approval, type StoredApproval } from '../lifecycle';
import type { SimulationView } from './ports';

/** What a channel's organisations agreed on, as of one view. */
export interface ViewedLifecycle {
  find(name: string): ChaincodeDefinition | undefined;
  /** Whether an organisation approved it, and which of these packages it runs. */
  approvalOf(name: string, mspId: string, packageIds: readonly string[]): Approval;
}

/** What was read at a height: views of it all see the same. */
interface Read {
  readonly height: number;
  readonly definitions: Map<string, ChaincodeDefinition | undefined>;
  readonly approvals: Map<string, StoredApproval>;
}

/** By the channel as its peer opened it, of which there is one for each height. */
const reads = new WeakMap<SimulationView['rules'], Read>();

/** A proposal asks for the same definition at every turn; it is read once for each height of the channel. */
export function lifecycleOf({ rules, height, state }: SimulationView): ViewedLifecycle {
  const known = reads.get(rules);
  const read: Read = known?.height === height ? known : { height, definitions: new Map(), approvals: new Map() };
  if (read !== known) reads.set(rules, read);
  const { definitions, approvals } = read;
  return {
    find(name) {
      if (!definitions.has(name)) definitions.set(name, findDefinition(state, name));
      return definitions.get(name);
    },
    approvalOf(name, mspId, packageIds) {
      const key = `${mspId} ${name}`;
      const stored = approvals.get(key) ?? readApproval(state, name, mspId);
      approvals.set(key, stored);
      return stored.of(packageIds);
    },
  };
}
