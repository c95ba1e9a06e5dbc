import { isDeepStrictEqual } from 'node:util';
import { requireApplication, type Caller } from '@/lib/access-keys';
import { listCityNodes } from '@/lib/city-nodes';
import { AppError, getDb, type Tx } from '@/lib/platform';
import { Prisma } from '@/lib/platform/generated/prisma/client';
import { applicationInclude, toApplicationView } from '../application-view';
import type { ApplicationView } from '../client';
import { movedOn } from '../move-application';
import type { SaveDraftStepInput } from './draft-steps';

/**
 * Saves what was typed in one step of the wizard, complete or not, and remembers the step as the one to open again.
 * Not audited: a draft concerns nobody until it is submitted, and a wizard saves every few seconds. The same save twice
 * in a row gives the same answer.
 *
 * @throws AppError NOT_FOUND; FORBIDDEN; CONFLICT when it is no draft any more, or was saved elsewhere since
 * `input.version`; INVALID_INPUT for a city node that does not exist.
 */
export async function saveDraftStep(caller: Caller, input: SaveDraftStepInput & { applicationId: string }): Promise<ApplicationView> {
  const { applicationId: id, version, step } = input;
  const { organisationId } = await requireApplication(caller, id, 'application.write');
  const placed = input.step === 'city-nodes' && input.data.cityNodes ? await placedCityNodes(input.data.cityNodes) : undefined;
  return getDb().$transaction(async (tx) => {
    const { count } = await tx.application.updateMany({
      where: { id, organisationId, state: 'DRAFT', version },
      data: { ...columnsOf(input), draftStep: step, version: { increment: 1 } },
    });
    if (count === 1 && placed) await replaceCityNodes(tx, id, placed);
    const saved = toApplicationView(await tx.application.findFirstOrThrow({ where: { id, organisationId }, include: applicationInclude }));
    if (count === 0 && !isRepetition(saved, input)) throw movedOn(saved.state);
    return saved;
  });
}

/** The very save that was made last: its answer was lost on the way, and the wizard asks again. */
function isRepetition(saved: ApplicationView, { version, step, data }: SaveDraftStepInput): boolean {
  if (saved.draft?.step !== step || saved.version !== version + 1) return false;
  const content: Record<string, unknown> = { ...saved, cityNodes: saved.cityNodes.map((cityNode) => cityNode.code) };
  return Object.entries(data).every(([field, value]) => value === undefined || isDeepStrictEqual(content[field], value));
}

function columnsOf(input: SaveDraftStepInput): Prisma.ApplicationUncheckedUpdateManyInput {
  switch (input.step) {
    case 'basics':
    case 'framework':
      return withoutAbsent(input.data);
    case 'contract': {
      const { contractPackage } = input.data;
      if (contractPackage === undefined) return {};
      // Parsed out of JSON at the door, so it is JSON.
      return { contractPackage: contractPackage === null ? Prisma.DbNull : (contractPackage as Prisma.InputJsonObject) };
    }
    case 'city-nodes':
      return input.data.finality === undefined ? {} : { finality: input.data.finality };
    case 'review':
      return {};
  }
}

function withoutAbsent<T extends object>(data: T): Partial<T> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as Partial<T>;
}

type Placed = { cityNodeId: string; position: number }[];

/** Rows of the chosen city nodes, in their order. @throws AppError INVALID_INPUT that names the one that does not exist. */
async function placedCityNodes(codes: readonly string[]): Promise<Placed> {
  const idOf = new Map((await listCityNodes()).map((cityNode) => [cityNode.code, cityNode.id]));
  const fields: Record<string, string> = {};
  const placed = codes.map((code, position) => {
    const cityNodeId = idOf.get(code);
    if (cityNodeId === undefined) fields[`data.cityNodes.${position}`] = `There is no city node ${code}.`;
    return { cityNodeId: cityNodeId ?? '', position };
  });
  const [publicMessage] = Object.values(fields);
  if (publicMessage !== undefined) throw new AppError('INVALID_INPUT', { fields }, { publicMessage });
  return placed;
}

async function replaceCityNodes(tx: Tx, applicationId: string, placed: Placed): Promise<void> {
  await tx.applicationCityNode.deleteMany({ where: { applicationId } });
  await tx.applicationCityNode.createMany({ data: placed.map((place) => ({ applicationId, ...place })) });
}
