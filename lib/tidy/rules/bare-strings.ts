import { breachAt, isTest, type Breach, type ModuleFile, type Rule } from '../tree';
import { isNode, walk, type AstNode } from '../walk';

const readAttributes = new Set(['title', 'aria-label', 'aria-description', 'aria-roledescription', 'alt', 'placeholder', 'label']);
/** What stands in these is code or a key, the same in every language. */
const codeElements = new Set(['code', 'kbd', 'samp', 'pre', 'style', 'script']);
const brand = /\bChainworks\b/g;

function hasWords(text: string): boolean {
  return /\p{L}/u.test(text.replace(brand, ''));
}

/** Texts that an expression may come to: literals, templates, and the arms of conditions. */
function textsOf(node: unknown): AstNode[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' && hasWords(node.value) ? [node] : [];
    case 'TemplateLiteral':
      return (node.quasis as { value: { cooked: string } }[]).some((one) => hasWords(one.value.cooked)) ? [node] : [];
    case 'JSXExpressionContainer':
    case 'ParenthesizedExpression':
      return textsOf(node.expression);
    case 'ConditionalExpression':
      return [...textsOf(node.consequent), ...textsOf(node.alternate)];
    case 'LogicalExpression':
    case 'BinaryExpression':
      return node.operator === '+' || node.type === 'LogicalExpression' ? [...textsOf(node.left), ...textsOf(node.right)] : [];
    default:
      return [];
  }
}

function elementName(node: AstNode): string | undefined {
  const opening = node.openingElement;
  const name = isNode(opening) ? opening.name : undefined;
  return isNode(name) && name.type === 'JSXIdentifier' ? (name.name as string) : undefined;
}

/** `export const metadata = { title, description }` is read by people too. */
function metadataTexts(node: AstNode): AstNode[] {
  if (node.type !== 'VariableDeclarator' || !isNode(node.id) || node.id.name !== 'metadata') return [];
  const found: AstNode[] = [];
  walk(node, (one) => {
    const key = one.type === 'Property' && isNode(one.key) ? (one.key.name as string) : undefined;
    if (key && ['title', 'description', 'default', 'template'].includes(key)) found.push(...textsOf(one.value));
  });
  return found;
}

function bareTexts(file: ModuleFile): AstNode[] {
  const found: AstNode[] = [];
  walk(file.program, (node) => {
    if (node.type === 'JSXElement' && codeElements.has(elementName(node) ?? '')) return false;
    if (node.type === 'JSXText' && hasWords(node.value as string)) found.push(node);
    if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
      for (const child of node.children as AstNode[]) if (child.type === 'JSXExpressionContainer') found.push(...textsOf(child));
    }
    if (node.type === 'JSXAttribute' && isNode(node.name) && readAttributes.has(node.name.name as string)) found.push(...textsOf(node.value));
    found.push(...metadataTexts(node));
    return undefined;
  });
  return found;
}

export const bareStringsRule: Rule = {
  name: 'every text that a person reads comes from the messages',
  check: (tree) =>
    tree.modules.filter((file) => file.path.startsWith('app/') && file.path.endsWith('.tsx') && !isTest(file.path)).flatMap((file): Breach[] =>
      bareTexts(file).map((node) => {
        const text = file.text.slice(node.start, node.end).trim().slice(0, 60);
        return breachAt(file, node, `bare text ${JSON.stringify(text)}: put it into app/_i18n/messages and use next-intl.`);
      }),
    ),
};
