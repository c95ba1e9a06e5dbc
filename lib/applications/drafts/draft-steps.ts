import { finalitySchema } from '@/lib/control/client';
import { planQuotas } from '@/lib/metering/client';
import { chaincodePackageSchema, ethereumPackageSchema } from '@/lib/templates/client';
import { z } from 'zod';
import { offeredFrameworks } from '../frameworks';
import { findFinalityFault } from './draft-finality';

/** Steps of the wizard, in order. `review` has no fields of its own. */
export const draftSteps = ['basics', 'framework', 'contract', 'city-nodes', 'review'] as const;
export type DraftStep = (typeof draftSteps)[number];

/** City nodes of one application on the standard plan. */
export const cityNodesMax = planQuotas.STANDARD.cityNodesMax;
/** A draft may hold a half-typed ABI and bytecode; as JSON text. */
export const contractDraftCharactersMax = 512 * 1024;

const cityCode = z.string().regex(/^[A-Z]{3,4}$/, 'A city node is named by three or four capitals, such as SIN.');

/**
 * What may be saved while somebody is still typing: limits only, so that leaving the page never loses anything.
 * A field that is absent stays as it is.
 */
export const draftStepSchemas = {
  basics: z.strictObject({ name: z.string().max(80).optional(), description: z.string().max(500).optional() }),
  framework: z.strictObject({ framework: z.string().max(40).nullish(), frameworkVersion: z.string().max(40).nullish() }),
  contract: z.strictObject({
    contractPackage: z
      .record(z.string().max(100), z.unknown())
      .refine((value) => JSON.stringify(value).length <= contractDraftCharactersMax, 'The contract package is larger than 512 KiB.')
      .nullish(),
  }),
  'city-nodes': z.strictObject({
    cityNodes: z
      .array(cityCode)
      .max(cityNodesMax, `Choose at most ${cityNodesMax} city nodes.`)
      .refine((codes) => new Set(codes).size === codes.length, 'Choose each city node once.')
      .optional(),
    /** Null: not chosen; a mode that needs more city nodes than there are yet may be saved. */
    finality: finalitySchema.nullish(),
  }),
  review: z.strictObject({}),
} as const satisfies Record<DraftStep, z.ZodType>;

const text = (min: string, max: number) =>
  z
    .string()
    .trim()
    .min(1, min)
    .max(max, `Use at most ${max} characters.`)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'Use letters, digits and signs on one line.');

/** What an application of a framework may put on its ledger. */
export function packageSchemaOf(framework: string | null | undefined): typeof ethereumPackageSchema | typeof chaincodePackageSchema {
  return framework === 'fabric' ? chaincodePackageSchema : ethereumPackageSchema;
}

const frameworkCodes = offeredFrameworks.map((framework) => framework.code);
const versionCodes: string[] = offeredFrameworks.flatMap((framework) => framework.versions.map((version) => version.code));

/** What each step must hold before the application can be submitted; the wizard shows the same messages. */
export const completeStepSchemas = {
  basics: z.object({ name: text('Give the application a name.', 80), description: z.string().max(500, 'Use at most 500 characters.') }),
  framework: z.object({
    framework: z.enum(frameworkCodes, 'Choose a framework.'),
    frameworkVersion: z.string('Choose a version.').refine((version) => versionCodes.includes(version), 'Choose a version.'),
  }),
  // Which packages there are is the framework's matter.
  contract: z.object({ framework: z.string().nullish(), contractPackage: z.unknown() }).superRefine(({ framework, contractPackage }, context) => {
    const { error } = packageSchemaOf(framework).safeParse(contractPackage);
    for (const issue of error?.issues ?? []) context.addIssue({ code: 'custom', path: ['contractPackage', ...issue.path], message: issue.message });
  }),
  'city-nodes': z
    .object({
      cityNodes: z.array(cityCode).min(1, 'Choose at least one city node.').max(cityNodesMax, `Choose at most ${cityNodesMax} city nodes.`),
      finality: finalitySchema.nullable(),
    })
    .superRefine((step, context) => {
      const fault = findFinalityFault(step);
      if (fault !== undefined) context.addIssue({ code: 'custom', path: ['finality'], message: fault });
    }),
  review: z.object({}),
} as const satisfies Record<DraftStep, z.ZodType>;

const saveOf = <S extends DraftStep>(step: S) =>
  z.strictObject({ step: z.literal(step), version: z.number().int().min(0), data: draftStepSchemas[step] });

/** One save of the wizard; `version` is that of the draft which the form was filled in from. */
export const saveDraftStepSchema = z.discriminatedUnion('step', [
  saveOf('basics'),
  saveOf('framework'),
  saveOf('contract'),
  saveOf('city-nodes'),
  saveOf('review'),
]);
export type SaveDraftStepInput = z.infer<typeof saveDraftStepSchema>;
