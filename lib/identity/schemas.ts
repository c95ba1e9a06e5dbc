import { z } from 'zod';

/** Length of a password in characters (NIST SP 800-63B and ASVS 5: length, not composition rules). */
export const passwordLength = { min: 12, max: 128 } as const;

/** Lower case without surrounding space: one person has one spelling. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'An e-mail address has at most 254 characters.')
  .pipe(z.email('Write an address like name@company.com.'));

/** A password that is being chosen. Whether it is easily guessed is checked beside its context by `guessableBecause`. */
export const newPasswordSchema = z
  .string()
  .min(passwordLength.min, `Use at least ${passwordLength.min} characters. A few words in a row are fine.`)
  .max(passwordLength.max, `Use at most ${passwordLength.max} characters.`);

/** A password that is being checked: any text, so that the answer never says more than right or wrong. */
export const enteredPasswordSchema = z.string().min(1, 'Enter your password.').max(passwordLength.max, 'This is longer than any password here.');

const lineOfText = (max: number) =>
  z
    .string()
    .trim()
    .max(max, `Use at most ${max} characters.`)
    // Names are printed in mails and lists: no line breaks or other control characters.
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'Use letters, digits and signs on one line.');

export const personNameSchema = lineOfText(80).min(1, 'Enter your name.');
export const organisationNameSchema = lineOfText(80);

export const signUpSchema = z.object({
  email: emailSchema,
  password: newPasswordSchema,
  /** Absent or empty: made from the e-mail address. */
  name: lineOfText(80).optional(),
  /** Absent or empty: the person's name. */
  organisation: organisationNameSchema.optional(),
});
export type SignUpInput = z.infer<typeof signUpSchema>;

export const signInSchema = z.object({ email: emailSchema, password: enteredPasswordSchema });
export type SignInInput = z.infer<typeof signInSchema>;

/** 32 random bytes, base64url: what a mailed link carries. */
export const emailTokenSchema = z.string().regex(/^[\w-]{43}$/, 'This link is not complete. Open it from the mail again.');

export const verifyEmailSchema = z.object({ token: emailTokenSchema });

export const requestPasswordResetSchema = z.object({ email: emailSchema });

export const resetPasswordSchema = z.object({ token: emailTokenSchema, password: newPasswordSchema });
export type ResetPasswordInput = z.infer<typeof resetPasswordSchema>;

export const changePasswordSchema = z.object({ currentPassword: enteredPasswordSchema, newPassword: newPasswordSchema });
export type ChangePasswordInput = z.infer<typeof changePasswordSchema>;

export const updateProfileSchema = z.object({ name: personNameSchema });

export const sessionIdSchema = z.string().regex(/^ses_[0-9a-hjkmnp-tv-z]{26}$/, 'This is not a session.');
