export { createPerson, freshOrigin, freshPassword, mailsTo, tokenFromMail, type Person } from './people';
export { createScratchDatabase } from './scratch-database';
