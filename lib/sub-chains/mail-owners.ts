import { z } from 'zod';
import { sendMail, type Mail } from '@/lib/notifications';
import type { StepContext } from '@/lib/operations';
import { getDb } from '@/lib/platform';

const rememberedSchema = z.object({ mailed: z.array(z.string()) });

/**
 * Mails every owner of the organisation, each at most once however often the step is interrupted: who is about to be
 * mailed is remembered first. A mail that is refused is tried again, one that a killed worker may have sent is not.
 * Gives the number of mails that this step has sent.
 */
export async function mailOwners(context: StepContext<unknown>, mail: Omit<Mail, 'to'>): Promise<number> {
  const { organisationId } = context;
  if (organisationId === null) return 0;
  const owners = await getDb().membership.findMany({ where: { organisationId, role: 'OWNER' }, select: { user: { select: { id: true, email: true } } } });
  const { mailed } = rememberedSchema.safeParse(context.remembered).data ?? { mailed: [] };
  for (const { user } of owners) {
    if (mailed.includes(user.id)) continue;
    await context.remember({ mailed: [...mailed, user.id] });
    try {
      await sendMail({ ...mail, to: user.email });
    } catch (error) {
      await context.remember({ mailed });
      throw error;
    }
    mailed.push(user.id);
  }
  return mailed.length;
}
