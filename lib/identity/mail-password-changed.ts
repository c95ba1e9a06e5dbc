import { passwordChangedMail, sendMail } from '@/lib/notifications';
import { getEnv, getLogger } from '@/lib/platform';
import type { RequestOrigin } from './request-origin';

/** Tells the owner that the password was changed, in case it was not them; never rejects. */
export async function mailPasswordChanged(user: { id: string; email: string; name: string }, origin: RequestOrigin): Promise<void> {
  const link = new URL('/forgot-password', getEnv().PUBLIC_URL).href;
  try {
    await sendMail({ to: user.email, ...passwordChangedMail({ name: user.name, link }) });
  } catch (error) {
    getLogger().error({ err: error, userId: user.id, requestId: origin.requestId }, 'password notice not sent');
  }
}
