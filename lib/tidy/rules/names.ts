import path from 'node:path';
import { isTest, type Breach, type Rule } from '../tree';
import { roomOf } from '../places';
import { isNode, type AstNode } from '../walk';

const banned = /^(utils?|helpers?|common|misc)$/;

export const bannedNamesRule: Rule = {
  name: 'no file or folder is called utils, helpers, common or misc',
  check: (tree) =>
    tree.files.flatMap((file) => {
      const bad = file.path.split('/').find((part) => banned.test(part.split('.')[0] ?? ''));
      return bad ? [{ path: file.path, message: `"${bad}" says nothing: name what it does.` }] : [];
    }),
};

/** Next's folders: (group), [param], [...rest], _private, @slot; versions of vectors keep the names of their source. */
const segment = /^(_?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)?|\([a-z0-9-]+\)|\[{1,2}(\.\.\.)?[a-zA-Z]+\]{1,2}|@[a-z]+)$/;
const fileName = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;

export const kebabCaseRule: Rule = {
  name: 'files and folders are named in kebab-case',
  check: (tree) =>
    tree.modules.flatMap((file) => {
      if (/(^|\/)(vectors|generated)\//.test(file.path)) return [];
      const folders = path.posix.dirname(file.path).split('/').filter((part) => part !== '.');
      const bad = folders.find((part) => !segment.test(part)) ?? (fileName.test(path.posix.basename(file.path)) ? undefined : path.posix.basename(file.path));
      return bad ? [{ path: file.path, message: `"${bad}" is not in kebab-case.` }] : [];
    }),
};

const verbs =
  'create get find list update delete submit approve reject pay refund renew invite join leave issue revoke sign verify provision start stop suspend move export import begin claim finish encode decode check validate simulate execute commit project';
const verbFile = new RegExp(`^(${verbs.split(' ').join('|')})-[a-z0-9-]+$`);

function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function exportedNames(program: AstNode): string[] {
  return (program.body as AstNode[]).flatMap((node) => {
    if (node.type === 'ExportAllDeclaration') return ['*'];
    if (node.type !== 'ExportNamedDeclaration') return [];
    const declaration = node.declaration;
    const specifiers = (node.specifiers as { exported: { name: string } }[]).map((one) => one.exported.name);
    if (!isNode(declaration)) return specifiers;
    if (isNode(declaration.id)) return [declaration.id.name as string];
    return ((declaration.declarations ?? []) as { id: { name: string } }[]).map((one) => one.id.name);
  });
}

export const verbFileRule: Rule = {
  name: 'a file named after a verb exports the function of that name',
  check: (tree) =>
    tree.modules.flatMap((file): Breach[] => {
      const name = path.posix.basename(file.path).replace(/\.ts$/, '');
      if (!roomOf(file.path) || isTest(file.path) || file.path.includes('/testing/') || !verbFile.test(name)) return [];
      const isNamed = (exported: string) => exported.replaceAll('_', '').toLowerCase().startsWith(camelCase(name).toLowerCase());
      if (exportedNames(file.program).some(isNamed)) return [];
      return [{ path: file.path, message: `exports no ${camelCase(name)}: one verb, one file, one function (or step, or type) of the same name.` }];
    }),
};
