import type { Breach, Rule } from '../tree';

const exact = /^\d+\.\d+\.\d+(-[0-9a-z.-]+)?(\+[0-9a-z.-]+)?$/i;

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

export const pinnedVersionsRule: Rule = {
  name: 'every package is pinned to one exact version',
  check: (tree) => {
    const file = tree.find('package.json');
    if (!file) return [{ path: 'package.json', message: 'is missing.' }];
    const manifest = JSON.parse(file.text) as Manifest;
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    return Object.entries(all).flatMap(([name, version]): Breach[] =>
      exact.test(version) ? [] : [{ path: file.path, message: `${name}: "${version}" is a range; write the exact version.` }],
    );
  },
};
