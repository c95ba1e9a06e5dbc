declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** Engine-wide name of a sub-chain: lower-case letters, digits and hyphens, 3 to 63 characters. */
export type ChainId = Branded<string, 'ChainId'>;
/** 32 bytes as 64 lower-case hexadecimal digits, without prefix. */
export type Hash = Branded<string, 'Hash'>;
/** Block number; genesis is 0. Safe integer. */
export type Height = Branded<number, 'Height'>;
/** Milliseconds since 1970-01-01T00:00:00Z. Safe integer. */
export type TimeMs = Branded<number, 'TimeMs'>;
