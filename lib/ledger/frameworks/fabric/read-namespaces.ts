import { VALIDATION_CODES, type ReadNamespaces } from './protocol';
import { checkRwset, type CheckedRwset } from './state';

/** The namespaces of a read-write set for the protocol's checks; `take` gets what was read of it, so that it is read once. */
export function readNamespacesWith(take: (checked: CheckedRwset) => void): ReadNamespaces {
  return (results) => {
    const checked = checkRwset(results);
    take(checked);
    if (checked.code === VALIDATION_CODES.BAD_RWSET) return undefined;
    return checked.rwset?.namespaces.map(({ namespace }) => namespace) ?? [];
  };
}
