import { type Breach, type Rule, type Tree } from '../tree';

const linesToThinkAt = 400;
const linesMax = 800;
const routeLinesMax = 40;

/** Published cases and tables are as long as what they list. */
const isTable = (path: string) => /(^|\/)(vectors|tables|generated)\//.test(path) || /[.-](table|vectors)\.ts$/.test(path);
const isCounted = (path: string) => /\.(ts|tsx|mjs|js|css)$/.test(path) && !isTable(path);

export const fileSizeRule: Rule = {
  name: `no file has more than ${linesMax} lines`,
  check: (tree) =>
    tree.files
      .filter((file) => isCounted(file.path) && file.lineCount > linesMax)
      .map((file) => ({ path: file.path, message: `has ${file.lineCount} lines: split it along its reasons to change.` })),
};

/** Files over 400 lines: allowed, and worth a thought each. */
export function listLongFiles(tree: Tree): Breach[] {
  return tree.files
    .filter((file) => isCounted(file.path) && file.lineCount > linesToThinkAt && file.lineCount <= linesMax)
    .map((file) => ({ path: file.path, message: `${file.lineCount} lines` }));
}

export const routeSizeRule: Rule = {
  name: `a route has at most ${routeLinesMax} lines`,
  check: (tree) =>
    tree.files
      .filter((file) => /^app\/(.*\/)?route\.ts$/.test(file.path) && file.lineCount > routeLinesMax)
      .map((file) => ({ path: file.path, message: `has ${file.lineCount} lines: the work belongs into a verb of a room.` })),
};
