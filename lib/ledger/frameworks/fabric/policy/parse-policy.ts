import { msp } from '@hyperledger/fabric-protos';
import { classification, mspRoles, type MspRole, type RawPrincipal } from '../msp/principal';
import { FabricRefusal } from '../msp/refusal';
import { checkWord, parsePolicySyntax, type PolicyTerm } from './policy-syntax';
import { createSignaturePolicy, type SignaturePolicy, type SignatureRule } from './signature-policy';

/** `MSP.role`; the MSP may have dots itself. */
const principalText = /^([A-Za-z0-9.-]+)\.(admin|member|client|peer|orderer)$/;

const refuse = (message: string) => new FabricRefusal('not-allowed', message);

/**
 * The signature policy of a text such as `AND('Org1MSP.peer', OutOf(1, 'Org2MSP.admin', 'Org3MSP.member'))`, with Fabric's
 * numbering of principals: those of inner gates come first (common/policydsl/policyparser.go). A quoted text that is itself
 * an expression, which Fabric's three passes happen to read, is refused.
 * @throws FabricRefusal not-allowed, limit
 */
export function parsePolicy(text: string): SignaturePolicy {
  const term = parsePolicySyntax(text);
  if (term.kind === 'name') throw refuse(`unrecognized token '${term.name}' in policy string`);
  if (term.kind === 'text' && term.text.trim() === '') throw refuse('Unexpected end of expression');
  if (term.kind === 'text' && !isConstant(term.text)) throw explainText(term.text);
  if (term.kind !== 'gate') throw refuse(`invalid policy string '${text}'`);
  checkNames(term);
  const principals: RawPrincipal[] = [];
  return createSignaturePolicy(createRule(term, principals), principals);
}

function principalOfRole(mspId: string, role: MspRole): RawPrincipal {
  const message = new msp.MSPRole();
  message.setMspIdentifier(mspId);
  message.setRole(mspRoles.indexOf(role) as msp.MSPRole.MSPRoleTypeMap[keyof msp.MSPRole.MSPRoleTypeMap]);
  return { classification: classification.role, principal: message.serializeBinary() };
}

type GateTerm = Extract<PolicyTerm, { kind: 'gate' }>;

/** Names mean nothing anywhere, and are told before anything else, as by Fabric's first pass. */
function checkNames({ terms }: GateTerm): void {
  for (const term of terms) {
    if (term.kind === 'name') throw refuse(`unrecognized token '${term.name}' in policy string`);
    if (term.kind === 'gate') checkNames(term);
  }
}

function createRule({ gate, terms }: GateTerm, principals: RawPrincipal[]): SignatureRule {
  const given = gate === 'outof' ? terms : [{ kind: 'number' as const, value: gate === 'and' ? terms.length : 1 }, ...terms];
  const [count, ...rules] = given;
  if (!count || rules.length === 0) throw refuse(`expected at least two arguments to NOutOf. Given ${given.length}`);
  const n = readCount(count);
  if (n < 0 || n > rules.length + 1) throw refuse(`invalid t-out-of-n predicate, t ${n}, n ${rules.length}`);
  // First what is nested: Fabric numbers the principals as it evaluates, from the inside.
  const nested = new Map(rules.map((term) => [term, term.kind === 'gate' ? createRule(term, principals) : undefined]));
  return { kind: 'outOf', n, rules: rules.map((term) => nested.get(term) ?? { kind: 'signedBy', principal: principals.push(readPrincipalTerm(term)) - 1 }) };
}

function readCount(term: PolicyTerm): number {
  if (term.kind === 'truth') throw refuse('unexpected type bool');
  if (term.kind === 'gate') throw refuse('unrecognized type, expected a number, got *common.SignaturePolicy');
  const value = term.kind === 'number' ? term.value : Number(term.kind === 'text' && isNumber(term.text) ? term.text : Number.NaN);
  if (Number.isNaN(value)) throw explainText(term.kind === 'text' ? term.text : '');
  return Math.trunc(value);
}

function readPrincipalTerm(term: PolicyTerm): RawPrincipal {
  if (term.kind === 'number') throw refuse('unexpected type float64');
  if (term.kind !== 'text') throw refuse('unexpected type bool');
  const [, mspId, role] = principalText.exec(term.text) ?? [];
  const known = mspRoles.find((one) => one === role);
  if (mspId === undefined || known === undefined) throw explainText(term.text);
  return principalOfRole(mspId, known);
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);
const isConstant = (text: string): boolean => isNumber(text) || text === 'true' || text === 'false';

/** What Fabric says of a quoted text that is no principal: its later passes read it as an expression. */
function explainText(text: string): FabricRefusal {
  if (text === 'true' || text === 'false') return refuse('unexpected type bool');
  if (isNumber(text)) return refuse('unrecognized type, expected a principal or a policy, got float64');
  if (/^\p{L}[\p{L}\p{Nd}_.]*$/u.test(text)) checkWord(text);
  return refuse(`unrecognized token '${text}' in policy string`);
}
