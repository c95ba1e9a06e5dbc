import path from 'node:path';
import { literalText, walk, type AstNode } from './walk';

/** One `import`, `export … from`, dynamic `import()` or `import("…")` type. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path of the file in the tree; undefined for packages and for what is not there. */
  readonly target: string | undefined;
  /** Package name (`next`, `@prisma/client`, `node:fs`); undefined for files of the tree. */
  readonly packageName: string | undefined;
  /** Nothing is left of it after compilation. */
  readonly isTypeOnly: boolean;
  /** Imported names; `*` for everything, `default`. */
  readonly names: readonly string[];
  readonly start: number;
}

const endings = ['', '.ts', '.tsx', '.mjs', '.js', '.json', '/index.ts', '/index.tsx'];

export function listImports(file: string, program: AstNode, exists: (path: string) => boolean): Import[] {
  const imports: Import[] = [];
  walk(program, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const place = resolvePlace(file, specifier);
    const target = place && endings.map((ending) => place + ending).find(exists);
    imports.push({
      specifier,
      target: target ?? place,
      packageName: place === undefined ? packageOf(specifier) : undefined,
      isTypeOnly: isTypeOnly(node),
      names: namesOf(node),
      start: node.start,
    });
  });
  return imports;
}

function specifierOf(node: AstNode): string | undefined {
  if (node.type === 'TSImportType') return literalText(node.source ?? node.argument);
  const kinds = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression'];
  return kinds.includes(node.type) ? literalText(node.source) : undefined;
}

/** `@/…` and relative specifiers as a path from the root, without an ending. */
function resolvePlace(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('@/')) return path.posix.normalize(specifier.slice(2));
  if (/^\.\.?(\/|$)/.test(specifier)) return path.posix.join(path.posix.dirname(file), specifier);
  return undefined;
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

interface Specifier extends AstNode {
  readonly importKind?: string;
  readonly exportKind?: string;
  readonly imported?: { name?: string };
  readonly local?: { name?: string };
}

function specifiersOf(node: AstNode): Specifier[] {
  return Array.isArray(node.specifiers) ? (node.specifiers as Specifier[]) : [];
}

function isTypeOnly(node: AstNode): boolean {
  if (node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type') return true;
  const specifiers = specifiersOf(node);
  return specifiers.length > 0 && specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type');
}

function namesOf(node: AstNode): string[] {
  if (node.type === 'ExportAllDeclaration' || node.type === 'ImportExpression') return ['*'];
  return specifiersOf(node).map((one) => {
    if (one.type === 'ImportNamespaceSpecifier') return '*';
    if (one.type === 'ImportDefaultSpecifier') return 'default';
    return one.imported?.name ?? one.local?.name ?? '*';
  });
}
