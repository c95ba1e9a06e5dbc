import { builtinModules } from 'node:module';
import { breachAt, isTest, type Breach, type ModuleFile, type Rule, type Tree } from '../tree';
import { roomOf } from '../places';
import type { AstNode } from '../walk';

function isClientFile(file: ModuleFile): boolean {
  return (file.program.body as AstNode[]).some((node) => node.directive === 'use client');
}

function isServerPackage(name: string): boolean {
  const serverOnly = ['@prisma/client', '@prisma/adapter-pg', 'bullmq', 'ioredis', 'lmdb', 'nodemailer', 'pg', 'pino'];
  return name.startsWith('node:') || builtinModules.includes(name) || serverOnly.includes(name);
}

/** Follows value imports from a file into everything that the browser's bundle would hold. */
function checkFrom(tree: Tree, start: ModuleFile, seen: Set<string>): Breach[] {
  if (seen.has(start.path)) return [];
  seen.add(start.path);
  return start.imports.flatMap((one) => {
    if (one.isTypeOnly) return [];
    if (one.packageName && isServerPackage(one.packageName)) {
      return [breachAt(start, one, `reaches the browser and imports ${one.packageName}, which only a server has.`)];
    }
    const target = one.target && tree.findModule(one.target);
    if (!target) return [];
    const room = roomOf(target.path);
    const entersRoom = room !== undefined && room !== roomOf(start.path) && room !== 'lib/platform/pure';
    if (entersRoom && target.path !== `${room}/client.ts`) {
      return [breachAt(start, one, `reaches the browser: take ${room} by its client.ts or with \`import type\`.`)];
    }
    return checkFrom(tree, target, seen);
  });
}

export const browserReachRule: Rule = {
  name: 'what reaches the browser takes a room by client.ts or import type',
  check: (tree) => {
    const seen = new Set<string>();
    const isStart = (file: ModuleFile) => isClientFile(file) || /^lib\/[^/]+\/client\.ts$/.test(file.path);
    return tree.modules.filter((file) => !isTest(file.path) && isStart(file)).flatMap((file) => checkFrom(tree, file, seen));
  },
};
