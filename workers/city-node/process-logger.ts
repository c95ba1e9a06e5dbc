import { pino, type Logger } from 'pino';

export type ProcessLogger = Logger;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Structured log on standard output, one JSON object a line. What is logged are ids and reasons; the redaction is the
 * second line of defence.
 */
export function createProcessLogger(hostId: string, level: LogLevel): ProcessLogger {
  return pino({
    level,
    base: { hostId },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['secret', 'authorization', 'privateKey', 'privateKeyPem', '*.secret', '*.authorization', '*.privateKey', '*.privateKeyPem', '*["x-api-key"]'], censor: '[redacted]' },
  });
}
