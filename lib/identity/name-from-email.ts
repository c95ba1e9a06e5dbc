/** A name for who leaves it out: `lin.wei+x@company.com` becomes `Lin Wei`. */
export function nameFromEmail(email: string): string {
  const [local = ''] = email.split(/[+@]/);
  const words = local.split(/[._-]+/).filter(Boolean);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ').slice(0, 80) || email;
}
