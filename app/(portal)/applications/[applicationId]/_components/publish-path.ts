/** The wizard, where it was left. */
export const publishPath = (applicationId: string): string => `/publish/${applicationId}`;

/** Where a submitted publication is paid, also after its money was given back. */
export const payPath = (applicationId: string): string => `/publish/${applicationId}/pay`;
