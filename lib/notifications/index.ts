export { sendMail, type Mail } from './send-mail';
export { passwordChangedMail, resetPasswordMail, verifyEmailMail } from './templates';
