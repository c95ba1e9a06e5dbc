import { bareStringsRule } from './rules/bare-strings';
import { browserReachRule } from './rules/browser-reach';
import { cyclesRule, doorsRule, readmeRule } from './rules/doors';
import { floorsRule } from './rules/floors';
import { coreNamesNoFrameworkRule, frameworksApartRule, ledgerPurityRule, ledgerStandsAloneRule } from './rules/ledger-purity';
import { leftoversRule } from './rules/leftovers';
import { databaseRule, environmentRule, libKnowsNoScreenRule, prismaStaysInsideRule } from './rules/lib-purity';
import { languagesEqualRule, messageKeysRule } from './rules/message-keys';
import { bannedNamesRule, kebabCaseRule, verbFileRule } from './rules/names';
import { pinnedVersionsRule } from './rules/packages';
import { fileSizeRule, routeSizeRule } from './rules/sizes';

/** The law of the house. Each rule has its planted breaches in planted-breaches.ts. */
export const rules = {
  floors: floorsRule,
  doors: doorsRule,
  cycles: cyclesRule,
  readme: readmeRule,
  browserReach: browserReachRule,
  coreNamesNoFramework: coreNamesNoFrameworkRule,
  frameworksApart: frameworksApartRule,
  ledgerStandsAlone: ledgerStandsAloneRule,
  ledgerPurity: ledgerPurityRule,
  libKnowsNoScreen: libKnowsNoScreenRule,
  environment: environmentRule,
  database: databaseRule,
  prismaStaysInside: prismaStaysInsideRule,
  fileSize: fileSizeRule,
  routeSize: routeSizeRule,
  bannedNames: bannedNamesRule,
  kebabCase: kebabCaseRule,
  verbFile: verbFileRule,
  leftovers: leftoversRule,
  bareStrings: bareStringsRule,
  messageKeys: messageKeysRule,
  languagesEqual: languagesEqualRule,
  pinnedVersions: pinnedVersionsRule,
} as const;

export type RuleName = keyof typeof rules;
export { listLongFiles } from './rules/sizes';
export { plantedBreaches } from './planted-breaches';
export { readProject } from './read-project';
export { createTree, type Breach, type Rule, type Texts, type Tree } from './tree';
