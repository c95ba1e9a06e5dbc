/** One field of a template's form; its schema is in `contractPackageSchema`. */
export interface TemplateParameter {
  readonly name: string;
  readonly kind: 'text' | 'integer' | 'address';
}

/** A ready contract. Its title and description are messages under this id. */
export interface TemplateDescriptor {
  readonly id: 'erc20' | 'evidence-notary';
  readonly contract: string;
  readonly parameters: readonly TemplateParameter[];
}

export const templates: readonly TemplateDescriptor[] = [
  {
    id: 'erc20',
    contract: 'Erc20Token',
    parameters: [
      { name: 'name', kind: 'text' },
      { name: 'symbol', kind: 'text' },
      { name: 'initialSupply', kind: 'integer' },
      { name: 'owner', kind: 'address' },
    ],
  },
  { id: 'evidence-notary', contract: 'EvidenceNotary', parameters: [] },
];
