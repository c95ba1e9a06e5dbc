const MiB = 1024 * 1024;

/** A package: as it comes, unpacked, and what is in it. */
export const packageLimits = {
  packageBytesMax: 32 * MiB,
  unpackedBytesMax: 128 * MiB,
  packageRatioMax: 200,
  packageEntriesMax: 10_000,
  packagePathCharsMax: 400,
  /** City nodes keep a package in a file whose name holds label and hash. */
  packageLabelCharsMax: 128,
} satisfies Record<string, number>;

export type PackageLimits = typeof packageLimits;
