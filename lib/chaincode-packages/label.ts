import { packageLimits } from './limits';

/** That of Fabric's core/chaincode/persistence/chaincode_package.go. */
const LABEL = /^[a-zA-Z0-9][a-zA-Z0-9_.+-]*$/;

/** Why a text cannot be a package's label; undefined when it can. */
export function findLabelFault(label: string, charsMax: number = packageLimits.packageLabelCharsMax): string | undefined {
  if (label === '') return 'the label is empty';
  if (label.length > charsMax) return `the label has more than ${charsMax} characters`;
  return LABEL.test(label) ? undefined : `the label "${label}" may have letters, digits and _ . + - alone, and begins with a letter or digit`;
}
