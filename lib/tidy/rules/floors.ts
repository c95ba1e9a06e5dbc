import { breachAt, type Rule } from '../tree';
import { floorOf, roomOf } from '../places';

/** `app/` and `workers/` are doors to the street: they never import each other, and nobody imports them. */
export const floorsRule: Rule = {
  name: 'app and workers import each other never, and nobody imports them',
  check: (tree) =>
    tree.modules.flatMap((file) =>
      file.imports.flatMap((one) => {
        if (!one.target) return [];
        const [from, to] = [floorOf(file.path), floorOf(one.target)];
        if (from === to || to === 'lib') return [];
        if (to === 'tools' && from === 'tools') return [];
        // A room stands on nothing but rooms; its test may read a fixture or a config file.
        if (to === 'tools' && !(from === 'lib' && roomOf(file.path))) return [];
        return [breachAt(file, one, `${from} may not import ${one.target}: move what both need into a room of lib/.`)];
      }),
    ),
};
