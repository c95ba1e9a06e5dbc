import type { Response } from '../protocol';
import type { SystemInvocation } from './invoke-system-chaincode';
import { failure, success, textOf } from './responses';

/** Functions by their names and aliases: how many arguments they take, and what they answer where version 1 deployed nothing. */
const functions: ReadonlyMap<string, { readonly args: readonly [least: number, most: number]; readonly answer: (args: readonly Uint8Array[]) => Response }> = new Map(
  (
    [
      [['install'], [2, Infinity], () => failure('LSCC is read-only here: install chaincode with _lifecycle')],
      [['deploy', 'upgrade'], [3, Infinity], (args) => failure(`Channel '${textOf(args[1])}' has been migrated to the new lifecycle, LSCC is now read-only`)],
      [['getid', 'ChaincodeExists', 'getdepspec', 'GetDeploymentSpec', 'getccdata', 'GetChaincodeData'], [3, 3], (args) => failure(`could not find chaincode with name '${textOf(args[2])}'`)],
      [['getchaincodes', 'GetChaincodes', 'getinstalledchaincodes', 'GetInstalledChaincodes'], [1, 1], () => success(new Uint8Array(0))],
      [['GetCollectionsConfig', 'getcollectionsconfig'], [2, 2], (args) => failure(`collections config not defined for chaincode ${textOf(args[1])}`)],
    ] satisfies [names: string[], args: [number, number], answer: (args: readonly Uint8Array[]) => Response][]
  ).flatMap(([names, args, answer]) => names.map((name) => [name, { args, answer }] as const)),
);

/**
 * The lifecycle of version 1, of which channels with the capability V2_0 have the questions alone, and nothing to find
 * (core/scc/lscc/lscc.go).
 */
export async function invokeLscc({ args }: SystemInvocation): Promise<Response> {
  const name = textOf(args[0]);
  const wrongCount = failure(`invalid number of arguments to lscc: ${args.length}`);
  if (args.length < 1) return wrongCount;
  const found = functions.get(name);
  if (found === undefined) return failure(`invalid function to lscc: ${name}`);
  const [least, most] = found.args;
  return args.length < least || args.length > most ? wrongCount : found.answer(args);
}
