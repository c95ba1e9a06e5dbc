/** One argument of a chaincode's function; on the wire all are texts. */
export interface ChaincodeArgument {
  readonly name: string;
  readonly kind: 'text' | 'integer' | 'sha256' | 'json';
  /** One with which the functions of a template can be called in their order. */
  readonly example: string;
}

export interface ChaincodeFunction {
  readonly name: string;
  /** Whether it changes the ledger, and is submitted, or only reads, and is evaluated. */
  readonly kind: 'submit' | 'evaluate';
  readonly arguments: readonly ChaincodeArgument[];
  readonly does: string;
  /** What a client gets; absent: nothing. */
  readonly returns?: 'text' | 'boolean' | 'json';
  /** Name of the event that tells of it. */
  readonly event?: string;
}

/** A ready chaincode for Hyperledger Fabric. Its words are those of its functions, for developers: they are not translated. */
export interface ChaincodeTemplateDescriptor {
  readonly id: 'asset-transfer' | 'evidence-notary';
  readonly name: string;
  readonly summary: string;
  /** In the order in which somebody would try them. */
  readonly functions: readonly ChaincodeFunction[];
}

const text = (name: string, example: string): ChaincodeArgument => ({ name, kind: 'text', example });
const integer = (name: string, example: string): ChaincodeArgument => ({ name, kind: 'integer', example });
const sha256 = (name: string, example: string): ChaincodeArgument => ({ name, kind: 'sha256', example });
const json = (name: string, example: string): ChaincodeArgument => ({ name, kind: 'json', example });

const asset = [text('id', 'asset7'), text('color', 'yellow'), integer('size', '5'), text('owner', 'Tom'), integer('appraisedValue', '1300')];
/** SHA-256 of nothing, and of "abc": anybody can see that they are examples. */
const [draft, contract] = ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'] as const;
const page = [integer('pageSize', '20'), text('bookmark', '')];

export const chaincodeTemplates: readonly ChaincodeTemplateDescriptor[] = [
  {
    id: 'asset-transfer',
    name: 'Asset transfer',
    summary: 'Assets with an owner and a value, which anybody of the channel may create, change, hand over and delete. Clients of fabric-samples’ asset-transfer-basic run with it as they are.',
    functions: [
      { name: 'InitLedger', kind: 'submit', arguments: [], does: 'Creates six assets to begin with. Those that exist stay as they are.', event: 'InitLedger' },
      { name: 'GetAllAssets', kind: 'evaluate', arguments: [], does: 'Reads all assets at once; where there are many, read pages.', returns: 'json' },
      { name: 'CreateAsset', kind: 'submit', arguments: asset, does: 'Creates an asset under an ID that is not taken.', event: 'CreateAsset' },
      { name: 'ReadAsset', kind: 'evaluate', arguments: [text('id', 'asset7')], does: 'Reads one asset.', returns: 'json' },
      { name: 'AssetExists', kind: 'evaluate', arguments: [text('id', 'asset7')], does: 'Says whether an asset exists.', returns: 'boolean' },
      { name: 'UpdateAsset', kind: 'submit', arguments: asset, does: 'Replaces everything of an asset but its ID.', event: 'UpdateAsset' },
      { name: 'TransferAsset', kind: 'submit', arguments: [text('id', 'asset7'), text('newOwner', 'Ada')], does: 'Gives an asset to another owner, and says who owned it until now.', returns: 'text', event: 'TransferAsset' },
      { name: 'GetAssetsPage', kind: 'evaluate', arguments: page, does: 'Reads assets by ID, up to 1,000 at a time. The next page begins with the bookmark that this one gives; the last gives none.', returns: 'json' },
      { name: 'DeleteAsset', kind: 'submit', arguments: [text('id', 'asset7')], does: 'Deletes an asset. Its history stays in the blocks.', event: 'DeleteAsset' },
    ],
  },
  {
    id: 'evidence-notary',
    name: 'Evidence notary',
    summary: 'Notes the SHA-256 hash of a document once, with who noted it and when. Only who noted an entry may revoke it or put another in its place; nothing is deleted.',
    functions: [
      { name: 'Notarise', kind: 'submit', arguments: [sha256('hash', draft), text('title', 'Contract, draft'), json('metadata', '{"author":"Ada"}')], does: 'Notes a hash that was not noted before, with a title and texts of your choice.', returns: 'json', event: 'EvidenceNotarised' },
      { name: 'GetEvidence', kind: 'evaluate', arguments: [sha256('hash', draft)], does: 'Reads the entry of a hash: title, metadata, submitter, time and whether it still holds.', returns: 'json' },
      { name: 'IsNotarised', kind: 'evaluate', arguments: [sha256('hash', draft)], does: 'Says whether a hash was ever noted, also when its entry was revoked or superseded since.', returns: 'boolean' },
      { name: 'Supersede', kind: 'submit', arguments: [sha256('oldHash', draft), sha256('hash', contract), text('title', 'Contract'), json('metadata', '{"author":"Ada"}')], does: 'Notes a hash in the place of one of your own entries. Both point to each other.', returns: 'json', event: 'EvidenceSuperseded' },
      { name: 'Revoke', kind: 'submit', arguments: [sha256('hash', contract), text('reason', 'Signed by mistake')], does: 'Says of one of your own entries, with a reason, that it no longer holds.', returns: 'json', event: 'EvidenceRevoked' },
      { name: 'GetHistory', kind: 'evaluate', arguments: [sha256('hash', contract)], does: 'Reads what an entry was after each of its transactions, the newest first.', returns: 'json' },
      { name: 'ListEvidence', kind: 'evaluate', arguments: page, does: 'Reads entries by their time, the oldest first, up to 100 at a time. The next page begins with the bookmark that this one gives; the last gives none.', returns: 'json' },
    ],
  },
];
