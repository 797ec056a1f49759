import pino, { type DestinationStream } from 'pino';

/** What the program writes its log with: fields first, then a short fixed message to search for. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Keys that may hold object bodies, secret data or credentials. Nothing of ours logs them; this is the second lock,
 * for an object that is logged whole by mistake. Done here and not by pino's `redact`, which costs 40 us a line.
 */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'object',
  'oldObject',
  'data',
  'stringData',
  'binaryData',
  'token',
  'password',
  'secret',
  'key',
  'body',
  'authorization',
  'Authorization',
]);
/** Deeper than this nothing is written at all. */
const REDACT_DEPTH = 4;

export interface LogOptions {
  /** Default `info`. */
  level?: LogLevel;
  /** Where lines go; default is standard output, written in the background. */
  destination?: DestinationStream;
}

/** The program's log: one JSON object a line, with `level` as a word and `time` in RFC 3339. */
export function createLog(options: LogOptions = {}): Log & { flush(): void } {
  const destination = options.destination ?? pino.destination({ fd: 1, sync: false });
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: null,
      messageKey: 'msg',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    debug: (fields, message) => logger.debug(redact(fields, 0), message),
    info: (fields, message) => logger.info(redact(fields, 0), message),
    warn: (fields, message) => logger.warn(redact(fields, 0), message),
    error: (fields, message) => logger.error(redact(fields, 0), message),
    flush: () => logger.flush(),
  };
}

function redact(fields: object, depth: number): object {
  if (depth === REDACT_DEPTH) return { redacted: 'too deep' };
  if (Array.isArray(fields)) return fields.map((item: unknown) => redactValue(item, depth));
  const clean: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(fields)) {
    clean[key] = SECRET_KEYS.has(key) ? '[redacted]' : redactValue(value, depth);
  }
  return clean;
}

function redactValue(value: unknown, depth: number): unknown {
  // an Error is left to pino, which writes its type, message and stack
  return typeof value === 'object' && value !== null && !(value instanceof Error) ? redact(value, depth + 1) : value;
}
