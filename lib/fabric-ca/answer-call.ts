import { isAppError, hasCode } from '@/lib/platform';
import { networkOf, takeRateLimit } from '@/lib/identity';
import { readCaRequest, type CaAnswer, type CaHttpRequest, type CaRequest } from './ca-request';
import { addAffiliation, getAffiliation, listAffiliations, removeAffiliation, renameAffiliation } from './calls/affiliations';
import { caInfo } from './calls/cainfo';
import { listCertificates } from './calls/certificates';
import { enroll, reenroll } from './calls/enroll';
import { genCrl } from './calls/gencrl';
import { addIdentity, changeIdentity, getIdentity, listIdentities, removeIdentity } from './calls/identities';
import { register } from './calls/register';
import { revoke } from './calls/revoke';
import { caCodes, FabricCaError } from './fabric-ca-error';

type Call = (request: CaRequest, nowMs: number) => Promise<CaAnswer>;

/** By address and method; `*` stands for one name. */
const calls: Readonly<Record<string, Readonly<Partial<Record<string, Call>>>>> = {
  cainfo: { GET: caInfo, POST: caInfo },
  enroll: { POST: enroll },
  reenroll: { POST: reenroll },
  register: { POST: register },
  revoke: { POST: revoke },
  gencrl: { POST: genCrl },
  identities: { GET: listIdentities, POST: addIdentity },
  'identities/*': { GET: getIdentity, PUT: changeIdentity, DELETE: removeIdentity },
  affiliations: { GET: listAffiliations, POST: addAffiliation },
  'affiliations/*': { GET: getAffiliation, PUT: renameAffiliation, DELETE: removeAffiliation },
  certificates: { GET: listCertificates },
};

/** What goes out, and what our log says of it. */
export interface CaHttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a refusal, in more words than the client is told. */
  readonly reason?: string;
}

/**
 * Answers a call of Fabric CA's interface. Refusals come as answers; what else goes wrong is thrown.
 * @throws AppError UNAVAILABLE and the like, Error
 */
export async function answerCall(http: CaHttpRequest, { nowMs = Date.now() }: { nowMs?: number } = {}): Promise<CaHttpAnswer> {
  try {
    await takeRateLimit({ name: 'fabric-ca.address', subject: networkOf(http.origin.ipAddress), limit: 1_200, windowSeconds: 60 });
    const request = readCaRequest(http);
    const { status, result, headers = {} } = await findCall(request)(request, nowMs);
    return { status, headers, body: JSON.stringify({ result, errors: [], messages: [], success: true }) };
  } catch (error) {
    return refuseCall(error);
  }
}

function findCall({ path, method }: CaRequest): Call {
  const [name = '', inner, ...more] = path;
  const address = inner === undefined ? name : `${name}/*`;
  const methods = more.length === 0 && inner !== '' && Object.hasOwn(calls, address) ? calls[address] : undefined;
  if (!methods) throw new FabricCaError(404, caCodes.notHttp, name.startsWith('idemix') ? 'Idemix is not supported' : 'There is no such call');
  const call = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (!call) throw new FabricCaError(405, caCodes.methodNotAllowed, `Method ${method} is not allowed`);
  return call;
}

/** A refusal in Fabric CA's words. Throws what is none. */
export function refuseCall(thrown: unknown): CaHttpAnswer {
  const error = toCaError(thrown);
  if (!error) throw thrown;
  const body = JSON.stringify({ result: '', errors: [{ code: error.code, message: error.message }], messages: [], success: false });
  const headers: Record<string, string> = error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) };
  return { status: error.status, headers, body, reason: error.reason };
}

function toCaError(thrown: unknown): FabricCaError | undefined {
  if (thrown instanceof FabricCaError) return thrown;
  if (!isAppError(thrown)) return undefined;
  const code = { TOO_LARGE: caCodes.unreadableBody, INVALID_INPUT: caCodes.badBody, UNAVAILABLE: caCodes.databaseAway }[thrown.code as string] ?? caCodes.unknown;
  const retryAfterSeconds = hasCode(thrown, 'RATE_LIMITED') ? thrown.details.retryAfterSeconds : thrown.retryable ? 2 : undefined;
  return new FabricCaError(thrown.status, code, thrown.publicMessage, { reason: thrown.message, cause: thrown, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
}
