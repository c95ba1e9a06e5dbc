import { functionNames } from "@/lib/templates";
import type { ApplicationDetail } from "@/lib/applications";
import type { ContractWords } from "../_components/transaction-table";

/** Names of the functions of the contract that was installed with the application. */
export function contractWords({ application, subChain }: ApplicationDetail): ContractWords {
  return { address: subChain?.contractAddress ?? null, functions: functionNames(application.contractPackage) };
}
