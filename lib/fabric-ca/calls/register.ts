import { authenticateToken } from '../authenticate';
import { readBody, type CaAnswer, type CaRequest } from '../ca-request';
import { registerIdentity, registrationSchema } from '../register-identity';

/** `POST register`. */
export async function register(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const caller = await authenticateToken(request, nowMs);
  const input = readBody(registrationSchema, request);
  const { secret } = await registerIdentity(caller, input, request.origin.requestId);
  return { status: 201, result: { secret }, headers: { location: `/api/v1/identities/${encodeURIComponent(input.id)}` } };
}
