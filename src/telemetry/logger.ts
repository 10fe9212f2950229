import { Writable } from 'node:stream';
import winston from 'winston';
import { redactDeep } from '../lib/redaction/redact-deep.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What the rooms log with: a sentence, and fields such as `incident`, `namespace`, `code`. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** What winston hands on: the entry, its finished line under a symbol (logform's triple-beam). */
interface Info {
  readonly level: string;
  readonly [MESSAGE]: string;
}

const MESSAGE = Symbol.for('message');

/** Settings of a logger. Everything written passes `redact` as a whole line. */
export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  readonly redact: (text: string) => string;
  readonly write: (line: string) => void;
  readonly now: () => number;
}

/** A structured logger: one line a message, json or text. */
export function createLogger(options: LoggerOptions): Logger {
  const line = winston.format.printf(({ level, message, ...fields }) => {
    const time = new Date(options.now()).toISOString();
    const clean = redactFields(fields, options.redact);
    const said = options.redact(String(message));
    return options.format === 'json'
      ? JSON.stringify({ time, level, message: said, ...clean })
      : `${time} ${level.toUpperCase().padEnd(5)} ${oneLine(said)}${textFields(clean)}`;
  });
  const logger = winston.createLogger({ level: options.level, format: line });
  const { levels } = winston.config.npm;
  const loudest = levels[options.level];
  // Piped by hand: winston's own transports leave the level to their base class, and this one only needs the line.
  logger.pipe(
    new Writable({
      objectMode: true,
      write(info: Info, _encoding, done) {
        if ((levels[info.level] ?? 0) <= loudest) options.write(`${info[MESSAGE]}\n`);
        done();
      },
    }),
  );
  return {
    error: (message, fields) => void logger.error(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    debug: (message, fields) => void logger.debug(message, fields),
  };
}

function redactFields(fields: LogFields, redact: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redactValue(value, redact)]));
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  return redactDeep(value instanceof Error ? value.message : value, redact);
}

function textFields(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === 'string' && /^[\w./:#@-]+$/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join('');
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' | ');
