import { templates } from "@/lib/templates/client";

export type ContractChoice = (typeof templates)[number]["id"] | "own";

/** Everything typed in this step, also what belongs to a choice that was left again. */
export interface ContractFields {
  choice: ContractChoice | undefined;
  token: { name: string; symbol: string; initialSupply: string; owner: string };
  own: { name: string; abi: string; bytecode: string; constructorArguments: string[] };
}

const emptyToken: ContractFields["token"] = { name: "", symbol: "", initialSupply: "", owner: "" };
const emptyOwn: ContractFields["own"] = { name: "", abi: "", bytecode: "", constructorArguments: [] };

/** Reads a stored draft, complete or half-typed; anything unknown in it begins empty. */
export function fieldsOf(stored: unknown): ContractFields {
  const value = recordOf(stored);
  if (value.kind === "own") {
    const { abi, constructorArguments } = value;
    return {
      choice: "own",
      token: emptyToken,
      own: {
        name: textOf(value.name),
        abi: typeof abi === "string" || abi === undefined ? textOf(abi) : JSON.stringify(abi, null, 2),
        bytecode: textOf(value.bytecode),
        constructorArguments: Array.isArray(constructorArguments) ? constructorArguments.map(textOf) : [],
      },
    };
  }
  const template = templates.find(({ id }) => id === value.template)?.id;
  const parameters = recordOf(value.parameters);
  const token = Object.fromEntries(Object.keys(emptyToken).map((name) => [name, textOf(parameters[name])])) as ContractFields["token"];
  return { choice: value.kind === "template" ? template : undefined, token, own: emptyOwn };
}

/** What is stored: the chosen package alone, in the shape of `ethereumPackageSchema` once it is complete. */
export function packageOf({ choice, token, own }: ContractFields): Record<string, unknown> | null {
  if (choice === undefined) return null;
  if (choice === "own") return { kind: "own", ...own };
  return { kind: "template", template: choice, parameters: choice === "erc20" ? token : {} };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
