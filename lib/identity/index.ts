export * from './client';
export type { RequestOrigin } from './request-origin';
export { signUp, type SignUpResult } from './sign-up';
export { signIn } from './sign-in';
export { findSession } from './find-session';
export { listSessions } from './list-sessions';
export { endSession } from './end-session';
export { endOtherSessions } from './end-other-sessions';
export { sessionAbsoluteMs, sessionIdleMs } from './sessions';
export { verifyEmail } from './verify-email';
export { requestEmailVerification } from './request-email-verification';
export { requestPasswordReset } from './request-password-reset';
export { resetPassword } from './reset-password';
export { changePassword } from './change-password';
export { updateProfile } from './update-profile';
export { ensureAdmin } from './ensure-admin';
export { hashPassword, verifyPassword } from './passwords';
export { networkOf } from './requests/network-of';
export { takeRateLimit, type RateLimit } from './requests/take-rate-limit';
export {
  beginIdempotentRequest,
  finishIdempotentRequest,
  releaseIdempotentRequest,
  type IdempotentRequest,
  type StoredAnswer,
} from './requests/idempotency';
export { deleteExpiredRows } from './requests/delete-expired-rows';
