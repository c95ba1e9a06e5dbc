import type { Finality } from '@/lib/control/client';
import { completeStepSchemas, draftSteps, type DraftStep } from './draft-steps';

/** What a draft holds so far. */
export interface DraftContent {
  name: string;
  description: string;
  framework: string | null;
  frameworkVersion: string | null;
  contractPackage: unknown;
  /** Codes, in the publisher's order. */
  cityNodes: string[];
  /** Null: not chosen. */
  finality: Finality | null;
}

/** Step → path of a field → what to do about it. A step that is complete is absent. */
export type MissingInDraft = Partial<Record<DraftStep, Record<string, string>>>;

/** What has to be filled in before the draft can be submitted. Pure: the wizard may ask it too. */
export function checkDraft(content: DraftContent): MissingInDraft {
  const missing: MissingInDraft = {};
  for (const step of draftSteps) {
    const parsed = completeStepSchemas[step].safeParse(content);
    if (parsed.success) continue;
    const fields: Record<string, string> = {};
    for (const issue of parsed.error.issues) fields[issue.path.join('.')] ??= issue.message;
    missing[step] = fields;
  }
  return missing;
}
