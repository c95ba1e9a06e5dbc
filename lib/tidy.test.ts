import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTree, listLongFiles, plantedBreaches, readProject, rules, type Breach } from './tidy';

const project = createTree(readProject(path.resolve(import.meta.dirname, '..')));

function report(breaches: readonly Breach[]): string {
  return breaches.map(({ path: file, line, message }) => `${file}${line ? `:${line}` : ''} ${message}`).join('\n');
}

describe('the house', () => {
  it('is read from disk: the files that the rules judge are there', () => {
    expect(project.modules.length).toBeGreaterThan(50);
    for (const file of ['package.json', 'lib/platform/env.ts', 'lib/tidy.test.ts', 'app/layout.tsx']) {
      expect(project.find(file), file).toBeDefined();
    }
  });

  for (const rule of Object.values(rules)) {
    it(rule.name, () => {
      expect(report(rule.check(project))).toBe('');
    });
  }

  it('lists the files that are worth a thought', () => {
    const long = listLongFiles(project);
    if (long.length > 0) process.stdout.write(`Over 400 lines, allowed, each worth a thought:\n${report(long)}\n`);
  });
});

describe('a rule that stops finding is noticed', () => {
  for (const [name, { breaches, allowed }] of Object.entries(plantedBreaches)) {
    const rule = rules[name as keyof typeof rules];
    it(`finds what is planted: ${rule.name}`, () => {
      expect(breaches.length).toBeGreaterThan(0);
      for (const texts of breaches) expect(rule.check(createTree(texts)), JSON.stringify(texts)).not.toEqual([]);
    });
    it(`lets pass what only looks like it: ${rule.name}`, () => {
      for (const texts of allowed) expect(report(rule.check(createTree(texts))), JSON.stringify(texts)).toBe('');
    });
  }
});
