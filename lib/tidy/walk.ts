/** What the rules need to know of the parser's nodes (ESTree with TypeScript and JSX). */
export interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export function childrenOf(node: AstNode): AstNode[] {
  return Object.values(node).flat().filter(isNode);
}

/** Visits a node and everything below it; `visit` may return false to leave out what is below. */
export function walk(node: AstNode, visit: (node: AstNode, parents: readonly AstNode[]) => boolean | void): void {
  const parents: AstNode[] = [];
  const step = (one: AstNode): void => {
    if (visit(one, parents) === false) return;
    parents.push(one);
    for (const child of childrenOf(one)) step(child);
    parents.pop();
  };
  step(node);
}

/** The text of a string literal or of a template without expressions. */
export function literalText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && Array.isArray(node.quasis) && node.quasis.length === 1) {
    return (node.quasis[0] as { value: { cooked: string } }).value.cooked;
  }
  return undefined;
}

/** `process.env.SEED`: a test prints its seed and takes it back, so that a red run can be repeated. */
export function isSeed(parents: readonly AstNode[]): boolean {
  return dottedName(parents.at(-1)) === 'process.env.SEED';
}

/** `a.b.c` of a chain of plain names, also written `a["b"]`; undefined for anything else. */
export function dottedName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier' || node.type === 'JSXIdentifier') return node.name as string;
  if (node.type === 'ThisExpression') return 'this';
  if (node.type !== 'MemberExpression') return undefined;
  const object = dottedName(node.object);
  const property = node.computed ? literalText(node.property) : dottedName(node.property);
  return object !== undefined && property !== undefined ? `${object}.${property}` : undefined;
}
