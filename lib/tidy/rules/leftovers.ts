import { breachAt, type Breach, type ModuleFile, type Rule } from '../tree';
import { dottedName, isNode, literalText, walk, type AstNode } from '../walk';

const marker = /\b(TODO|FIXME|XXX|HACK)\b/;
const markerWithIssue = /\b(TODO|FIXME|XXX|HACK)\b\W*#\d+/;
const switchOff = /@ts-ignore|@ts-nocheck|(eslint|oxlint)-disable/;
const promises = /coming soon|lorem ipsum/i;

function checkComments(file: ModuleFile): Breach[] {
  return file.comments.flatMap((comment) => {
    if (marker.test(comment.value) && !markerWithIssue.test(comment.value)) {
      return [breachAt(file, comment, 'a marker without the number of an issue: do it, or open an issue and write TODO #12.')];
    }
    if (switchOff.test(comment.value)) return [breachAt(file, comment, 'switches a check off: mend the reason instead.')];
    return [];
  });
}

function complaint(node: AstNode): string | undefined {
  if (node.type === 'TSAnyKeyword') return '`any` switches the types off: use unknown and parse.';
  if (node.type === 'CallExpression') {
    const name = dottedName(node.callee) ?? '';
    if (/^(it|test|describe|suite)(\.\w+)*\.(only|skip|todo|fixme)\b/.test(name)) return `${name} leaves tests out.`;
    if (/^(xit|xdescribe|fit|fdescribe)$/.test(name)) return `${name} leaves tests out.`;
  }
  const text = node.type === 'JSXText' ? (node.value as string) : literalText(node);
  if (text !== undefined && promises.test(text)) return 'what is not built is absent, not announced.';
  return undefined;
}

function isEmptyCatch(file: ModuleFile, node: AstNode): boolean {
  if (node.type !== 'CatchClause' || !isNode(node.body)) return false;
  const { start, end, body } = node.body as AstNode & { body: unknown[] };
  return body.length === 0 && !file.comments.some((comment) => comment.start >= start && comment.end <= end);
}

export const leftoversRule: Rule = {
  name: 'nothing is left over: markers, switched-off checks and tests, any, empty catches, promises',
  check: (tree) =>
    tree.modules.flatMap((file) => {
      const breaches = checkComments(file);
      walk(file.program, (node) => {
        const message = isEmptyCatch(file, node) ? 'an empty catch: handle the error, or say in a comment why it does not matter.' : complaint(node);
        if (message) breaches.push(breachAt(file, node, message));
      });
      return breaches;
    }),
};
