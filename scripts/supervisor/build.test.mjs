import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sources } from './build.mjs';
import { projectPath } from './project.mjs';

// What lies at the root and is read by other tools than the portal's build.
const ofOtherTools = ['next-env.d.ts', 'playwright.config.ts', 'prisma.config.ts', 'vitest.config.ts'];

it('builds anew after a change of any file at the root that the portal is built from', () => {
  const files = readdirSync(projectPath()).filter((name) => /\.(ts|js|mjs)$/.test(name));
  expect(files).toContain('instrumentation.ts');
  expect(files.filter((name) => !ofOtherTools.includes(name) && !sources.includes(name))).toEqual([]);
});
