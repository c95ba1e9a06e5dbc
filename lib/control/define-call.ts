import type { z } from 'zod';

/** One call over a signed connection. */
export interface Call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Segments that begin with `:` are parameters. */
  readonly path: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly answer: A;
  /** How long the caller waits, in milliseconds. */
  readonly timeoutMs: number;
}

export type AnyCall = Call<z.ZodType, z.ZodType, z.ZodType, z.ZodType>;
export type CallTable = Readonly<Record<string, AnyCall>>;

export function defineCall<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  call: Call<P, Q, B, A>,
): Call<P, Q, B, A> {
  return call;
}

export interface CallContext {
  readonly requestId: string;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** What serves a table of calls: one function per call, with parsed input. */
export type Handlers<T extends CallTable> = {
  readonly [N in keyof T]: (
    input: { params: z.output<T[N]['params']>; query: z.output<T[N]['query']>; body: z.output<T[N]['body']> },
    context: CallContext,
  ) => Promise<z.input<T[N]['answer']>>;
};
