import { describeAuthority, requireAuthorityNamed } from '../authenticate';
import type { CaAnswer, CaRequest } from '../ca-request';

/** Whose protocol it speaks, and that it is not the program itself. */
const version = '1.5.0-chainworks';

/** `GET` and `POST cainfo`: for everybody, as a root certificate is. */
export async function caInfo({ caName }: CaRequest): Promise<CaAnswer> {
  return { status: 200, result: { ...describeAuthority(await requireAuthorityNamed(caName)), Version: version } };
}
