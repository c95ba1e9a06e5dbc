import { breachAt, isTest, type Breach, type ModuleFile, type Rule } from '../tree';
import { roomOf } from '../places';
import { dottedName, isNode, isSeed, literalText, walk, type AstNode } from '../walk';

const inLedger = (file: ModuleFile) => file.path.startsWith('lib/ledger/');
const frameworkOf = (path: string) => /^lib\/ledger\/frameworks\/([^/]+)\//.exec(`${path}/`)?.[1];
const frameworkNames = /ethereum|\bevm\b|fabric|fisco|bcos|eosio|xuperchain|chainsql|solidity/i;

export const coreNamesNoFrameworkRule: Rule = {
  name: 'the engine core names no framework',
  check: (tree) =>
    tree.modules.filter((file) => file.path.startsWith('lib/ledger/core/') && !isTest(file.path)).flatMap((file) => {
      const breaches: Breach[] = [];
      for (const one of file.imports) {
        if (one.target && /^lib\/ledger\/(frameworks|vm)\//.test(one.target)) {
          breaches.push(breachAt(file, one, `the core may not import ${one.target}: a framework is a plug, given from outside.`));
        }
      }
      walk(file.program, (node) => {
        const text = node.type === 'Identifier' ? (node.name as string) : literalText(node);
        if (text === undefined || !frameworkNames.test(text)) return;
        breaches.push(breachAt(file, node, `the core names a framework: "${text}". Ask the framework's socket instead.`));
      });
      return breaches;
    }),
};

export const frameworksApartRule: Rule = {
  name: 'a framework never imports another',
  check: (tree) =>
    tree.modules.flatMap((file) =>
      file.imports.flatMap((one) => {
        const [from, to] = [frameworkOf(file.path), one.target && frameworkOf(one.target)];
        if (!from || !to || from === to) return [];
        return [breachAt(file, one, `${from} may not import ${to}: a family shares through lib/ledger/vm/.`)];
      }),
    ),
};

const foreignPackages = /^(next|next-.*|react|react-dom|bullmq|ioredis|pg|prisma|@prisma\/.*|nodemailer)$/;

export const ledgerStandsAloneRule: Rule = {
  name: 'the engine imports only platform/pure below it',
  check: (tree) =>
    tree.modules.filter(inLedger).flatMap((file) =>
      file.imports.flatMap((one) => {
        if (one.packageName && foreignPackages.test(one.packageName)) {
          return [breachAt(file, one, `the engine knows nothing of ${one.packageName}.`)];
        }
        if (!one.target || one.target.startsWith('lib/ledger/') || roomOf(one.target) === 'lib/platform/pure') return [];
        return [breachAt(file, one, `the engine may not import ${one.target}: only lib/platform/pure is below it. Take it by a port.`)];
      }),
    ),
};

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const clocks = new Set(['Date.now', 'performance.now', 'process.hrtime', 'process.hrtime.bigint']);
const always = new Set(['Math.random', 'process.env']);

/** What a node reaches for that is no port: its name, or undefined. */
function forbiddenName(node: AstNode): { name: string; inTests: boolean } | undefined {
  if (node.type === 'NewExpression' && dottedName(node.callee) === 'Date' && (node.arguments as unknown[]).length === 0) {
    return { name: 'new Date()', inTests: true };
  }
  if (node.type === 'MemberExpression') {
    const name = dottedName(node)?.replace(/^globalThis\./, '');
    if (name && always.has(name)) return { name, inTests: false };
    if (name && (clocks.has(name) || timers.has(name))) return { name, inTests: true };
  }
  if (node.type === 'CallExpression') {
    const name = dottedName(node.callee);
    if (name && timers.has(name)) return { name, inTests: true };
  }
  if (node.type === 'ImportDeclaration' && isNode(node.source)) {
    const name = literalText(node.source) ?? '';
    if (/^(node:)?timers(\/promises)?$/.test(name)) return { name, inTests: true };
  }
  return undefined;
}

export const ledgerPurityRule: Rule = {
  name: 'the engine takes time, chance and settings by ports',
  check: (tree) =>
    tree.modules.filter(inLedger).flatMap((file) => {
      const mayWait = isTest(file.path) || file.path.includes('/testing/');
      const breaches: Breach[] = [];
      walk(file.program, (node, parents) => {
        const found = forbiddenName(node);
        if (!found || (mayWait && (found.inTests || isSeed(parents)))) return;
        breaches.push(breachAt(file, node, `${found.name} in the engine: take it by a port, so that a run can be repeated.`));
      });
      return breaches;
    }),
};
