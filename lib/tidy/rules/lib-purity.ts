import { breachAt, isTest, type Breach, type Rule } from '../tree';
import { dottedName, isNode, isSeed, literalText, walk } from '../walk';

export const libKnowsNoScreenRule: Rule = {
  name: 'lib knows no screens: no .tsx, no next, no server-only',
  check: (tree) =>
    tree.modules.filter((file) => file.path.startsWith('lib/')).flatMap((file) => {
      const breaches: Breach[] = [];
      if (file.path.endsWith('.tsx')) breaches.push({ path: file.path, message: 'is a screen: components live in app/.' });
      for (const one of file.imports) {
        if (one.packageName === 'server-only') breaches.push(breachAt(file, one, 'server-only makes plain Node processes throw: leave it out.'));
        if (one.packageName === 'next') breaches.push(breachAt(file, one, `lib may not import ${one.specifier}: it runs in workers too.`));
      }
      return breaches;
    }),
};

const envReader = 'lib/platform/env.ts';
/** Tools and settings of tools read the environment themselves; they run before there is a product. */
const mayReadEnvironment = (path: string) =>
  path === envReader || /^(scripts|bench|e2e)\//.test(path) || /\.config\.(ts|js|mjs)$/.test(path) || /^lib\/platform\/[^/]*\.test\.ts$/.test(path);

export const environmentRule: Rule = {
  name: 'the environment is read by lib/platform/env.ts alone',
  check: (tree) =>
    tree.modules.filter((file) => !mayReadEnvironment(file.path)).flatMap((file) => {
      const breaches: Breach[] = [];
      walk(file.program, (node, parents) => {
        if (isTest(file.path) && isSeed(parents)) return;
        const isRead = node.type === 'MemberExpression' && /^(globalThis\.)?process\.env$/.test(dottedName(node) ?? '');
        const isTaken = node.type === 'VariableDeclarator' && dottedName(node.init) === 'process' && isNode(node.id) && node.id.type === 'ObjectPattern';
        const isImported = node.type === 'ImportDeclaration' && /^(node:)?process$/.test(literalText(node.source) ?? '');
        if (isRead || isTaken || isImported) breaches.push(breachAt(file, node, 'takes settings from process.env: add the variable to lib/platform/env.ts and use getEnv().'));
      });
      return breaches;
    }),
};

const clientMaker = 'lib/platform/db.ts';

export const databaseRule: Rule = {
  name: 'only lib/platform/db.ts makes the database client',
  check: (tree) =>
    tree.modules.filter((file) => file.path !== clientMaker).flatMap((file) => {
      const breaches = file.imports
        .filter((one) => !one.isTypeOnly && one.names.includes('PrismaClient'))
        .map((one) => breachAt(file, one, 'takes PrismaClient: use getDb() of lib/platform, or `import type`.'));
      walk(file.program, (node) => {
        if (node.type !== 'NewExpression' || !/(^|\.)PrismaClient$/.test(dottedName(node.callee) ?? '')) return;
        breaches.push(breachAt(file, node, 'makes a database client: use getDb() of lib/platform.'));
      });
      return breaches;
    }),
};

const foreignPrisma = /^lib\/platform\/generated\//;

/** What Prisma generated is known to the rooms of lib only, and no further than their doors. */
export const prismaStaysInsideRule: Rule = {
  name: 'what Prisma generated does not leave lib',
  check: (tree) =>
    tree.modules.filter((file) => !file.path.startsWith('lib/') && !isTest(file.path)).flatMap((file) =>
      file.imports
        .filter((one) => one.packageName === '@prisma/client' || (one.target && foreignPrisma.test(one.target)))
        .map((one) => breachAt(file, one, 'takes Prisma out of lib: give the caller a type of the room.')),
    ),
};
