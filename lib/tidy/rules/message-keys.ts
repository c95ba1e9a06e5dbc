import { breachAt, isTest, type Breach, type ModuleFile, type Rule, type Tree } from '../tree';
import { isNode, literalText, walk, type AstNode } from '../walk';

const messagesFolder = /^app\/_i18n\/messages\/([a-z]{2}(?:-[A-Z]{2})?)\/([a-z0-9-]+)\.json$/i;
/** The language in which texts are written first; all others have its keys. */
const firstLanguage = 'en';

/** Language → every key as `namespace.group.key`, groups included. */
function readMessages(tree: Tree): Map<string, Map<string, { path: string; isLeaf: boolean }>> {
  const languages = new Map<string, Map<string, { path: string; isLeaf: boolean }>>();
  for (const file of tree.files) {
    const [, language, namespace] = messagesFolder.exec(file.path) ?? [];
    if (!language || !namespace) continue;
    const keys = languages.get(language) ?? new Map();
    const collect = (prefix: string, value: unknown): void => {
      const isGroup = typeof value === 'object' && value !== null;
      keys.set(prefix, { path: file.path, isLeaf: !isGroup });
      if (isGroup) for (const [key, inner] of Object.entries(value)) collect(`${prefix}.${key}`, inner);
    };
    collect(namespace.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()), JSON.parse(file.text));
    languages.set(language, keys);
  }
  return languages;
}

export const languagesEqualRule: Rule = {
  name: 'every language has the same keys',
  check: (tree) => {
    const languages = readMessages(tree);
    const first = languages.get(firstLanguage) ?? new Map();
    return [...languages].flatMap(([language, keys]): Breach[] => {
      const missing = [...first].filter(([key, { isLeaf }]) => isLeaf && !keys.get(key)?.isLeaf);
      const extra = [...keys].filter(([key, { isLeaf }]) => isLeaf && !first.get(key)?.isLeaf);
      return [
        ...missing.map(([key, { path }]) => ({ path, message: `${language} lacks ${key}.` })),
        ...extra.map(([key, { path }]) => ({ path, message: `${key} is in ${language} but not in ${firstLanguage}.` })),
      ];
    });
  },
};

const makers = new Set(['useTranslations', 'getTranslations']);

/** The namespace of `useTranslations("shell.menu")`, `await getTranslations({ namespace: "…" })`; undefined for no maker. */
function namespaceOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'AwaitExpression') return namespaceOf(node.argument);
  if (node.type !== 'CallExpression' || !isNode(node.callee) || !makers.has(node.callee.name as string)) return undefined;
  const [argument] = node.arguments as AstNode[];
  if (!argument) return '';
  if (argument.type !== 'ObjectExpression') return literalText(argument);
  const property = (argument.properties as AstNode[]).find((one) => isNode(one.key) && one.key.name === 'namespace');
  return property ? literalText(property.value) : '';
}

/** `[const t, …] = await Promise.all([getTranslations("…"), …])` and the plain form, as name → namespace. */
function translatorsOf(node: AstNode): [string, string][] {
  if (node.type !== 'VariableDeclarator' || !isNode(node.id)) return [];
  const plain = namespaceOf(node.init);
  if (plain !== undefined) return [[node.id.name as string, plain]];
  if (node.id.type !== 'ArrayPattern' || !isNode(node.init)) return [];
  const call = node.init.type === 'AwaitExpression' ? node.init.argument : node.init;
  const list = isNode(call) && call.type === 'CallExpression' ? (call.arguments as AstNode[])[0] : undefined;
  if (list?.type !== 'ArrayExpression') return [];
  const names = node.id.elements as (AstNode | null)[];
  return (list.elements as AstNode[]).flatMap((element, i): [string, string][] => {
    const namespace = namespaceOf(element);
    const name = names[i]?.name as string | undefined;
    return namespace !== undefined && name ? [[name, namespace]] : [];
  });
}

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'Program']);

/** Every `t("key")` with a literal key, as its full key, and the node. */
function usedKeys(file: ModuleFile): { key: string; node: AstNode }[] {
  const scopes = new Map<AstNode, Map<string, string>>();
  walk(file.program, (node, parents) => {
    const scope = parents.findLast((one) => functions.has(one.type));
    if (!scope) return;
    for (const [name, namespace] of translatorsOf(node)) scopes.set(scope, (scopes.get(scope) ?? new Map()).set(name, namespace));
  });
  const used: { key: string; node: AstNode }[] = [];
  walk(file.program, (node, parents) => {
    if (node.type !== 'CallExpression' || !isNode(node.callee)) return;
    const callee = node.callee.type === 'MemberExpression' ? node.callee.object : node.callee;
    if (!isNode(callee) || callee.type !== 'Identifier') return;
    const scope = parents.findLast((one) => scopes.get(one)?.has(callee.name as string));
    const namespace = scope && scopes.get(scope)?.get(callee.name as string);
    const key = literalText((node.arguments as AstNode[])[0]);
    if (namespace !== undefined && key !== undefined) used.push({ key: namespace ? `${namespace}.${key}` : key, node });
  });
  return used;
}

export const messageKeysRule: Rule = {
  name: 'every message that a screen asks for exists',
  check: (tree) => {
    const keys = readMessages(tree).get(firstLanguage) ?? new Map();
    return tree.modules.filter((file) => file.path.startsWith('app/') && !isTest(file.path)).flatMap((file) =>
      usedKeys(file).filter(({ key }) => !keys.has(key)).map(({ key, node }) => breachAt(file, node, `there is no message "${key}".`)),
    );
  },
};
