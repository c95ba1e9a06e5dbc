import { pino, type Logger } from 'pino';
import { getEnv } from './env';
import { singleton } from './singleton';

export type { Logger };

/**
 * Structured log on standard output, one JSON object a line. Log ids, never payloads, keys or addresses of mail:
 * the redaction below is the second line of defence, not the first.
 */
export function getLogger(): Logger {
  return singleton('logger', () =>
    pino({
      level: getEnv().LOG_LEVEL,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['authorization', 'cookie', 'password', 'secret', 'token', '*.authorization', '*.cookie', '*.password', '*.secret', '*.token', '*["x-api-key"]'],
        censor: '[redacted]',
      },
    }),
  );
}
