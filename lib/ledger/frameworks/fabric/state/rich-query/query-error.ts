import { FabricStateError } from '../state-error';

/** A query that CouchDB would refuse, in the words of Fabric's statecouchdb/couchdb.go around CouchDB's own. */
export function queryError(error: string, reason: string): FabricStateError {
  return new FabricStateError('query-refused', `error handling CouchDB request. Error:${error},  Status Code:400,  Reason:${reason}`);
}
