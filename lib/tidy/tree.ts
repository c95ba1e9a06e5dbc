import path from 'node:path';
import { parseSync, type Comment } from 'oxc-parser';
import type { AstNode } from './walk';
import { listImports, type Import } from './imports';

/** Texts by path from the project's root, with forward slashes. */
export type Texts = Readonly<Record<string, string>>;

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
}

export interface ModuleFile extends SourceFile {
  readonly program: AstNode;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  /** Line of an offset, counted from 1. */
  lineAt(offset: number): number;
}

/** The project as the rules see it; nothing is read from disk. */
export interface Tree {
  readonly files: readonly SourceFile[];
  /** TypeScript and JavaScript. */
  readonly modules: readonly ModuleFile[];
  find(path: string): SourceFile | undefined;
  findModule(path: string): ModuleFile | undefined;
}

/** A place that breaks a rule. */
export interface Breach {
  readonly path: string;
  readonly line?: number;
  /** What is wrong and what to do instead. */
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  check(tree: Tree): Breach[];
}

const moduleEnding = /\.(ts|tsx|mjs|js)$/;

/** Parses every module once; throws on a module that is no valid TypeScript. */
export function createTree(texts: Texts): Tree {
  const exists = (file: string) => Object.hasOwn(texts, file);
  const files = Object.entries(texts).map(([file, text]) => ({ path: file, text, lineCount: countLines(text) }));
  const modules = files.filter((file) => moduleEnding.test(file.path)).map((file) => parseModule(file, exists));
  const filesByPath = new Map(files.map((file) => [file.path, file]));
  const modulesByPath = new Map(modules.map((file) => [file.path, file]));
  return { files, modules, find: (file) => filesByPath.get(file), findModule: (file) => modulesByPath.get(file) };
}

function countLines(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}

function parseModule(file: SourceFile, exists: (path: string) => boolean): ModuleFile {
  const parsed = parseSync(path.posix.basename(file.path), file.text, { sourceType: 'module' });
  const error = parsed.errors[0];
  if (error) throw new Error(`${file.path}: ${error.message}`);
  const program = parsed.program as unknown as AstNode;
  const lineAt = (offset: number) => file.text.slice(0, offset).split('\n').length;
  return { ...file, program, comments: parsed.comments, imports: listImports(file.path, program, exists), lineAt };
}

export function isTest(file: string): boolean {
  return /\.test\.(ts|tsx|mjs)$/.test(file) || file.startsWith('e2e/');
}

/** A breach at a node of a module. */
export function breachAt(file: ModuleFile, at: { start: number }, message: string): Breach {
  return { path: file.path, line: file.lineAt(at.start), message };
}
