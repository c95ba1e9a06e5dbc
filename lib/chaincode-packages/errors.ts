/** A package that cannot be taken; the message says what to change, in words for its maker. */
export class PackageInvalid extends Error {
  override readonly name = 'PackageInvalid';
}

/** Recognised by shape, as all errors of the product are. */
export function isPackageInvalid(error: unknown): error is PackageInvalid {
  return error instanceof Error && error.name === 'PackageInvalid';
}
