import cluster from 'node:cluster'
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import pretty from 'pino-pretty'
import { LogLines } from './log-lines.ts'

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'

const words = [
  'authorization',
  'cookie',
  'set_cookie',
  'password',
  'secret',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'api_key',
  'code',
  'code_verifier',
]

/** A name in the spellings of headers, forms and code: set_cookie, set-cookie, Set-Cookie, setCookie. */
function spellings(word: string): string[] {
  const parts = word.split('_')
  const capital = (part: string) => part.charAt(0).toUpperCase() + part.slice(1)
  const [first = '', ...rest] = parts
  return [word, parts.join('-'), parts.map(capital).join('-'), [first, ...rest.map(capital)].join('')]
}

const secrets = [...new Set(words.flatMap(spellings))]

/**
 * Structured logs, one JSON object per line; in development as readable text.
 * A worker adds its number. The value of a member whose name is that of a secret is replaced, up to two levels deep.
 * @param fields are added to each line when it is written
 */
export function createLog(
  level: LogLevel,
  development: boolean,
  destination?: DestinationStream,
  fields?: () => Record<string, string>,
): Logger {
  const options: LoggerOptions = {
    level,
    base: cluster.isWorker ? { worker: cluster.worker?.id } : null,
    ...(fields && { mixin: fields }),
    redact: { paths: secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]), censor: '[secret]' },
  }
  if (destination) return pino(options, destination)
  if (development)
    return pino(options, pretty({ sync: true, translateTime: 'HH:MM:ss', singleLine: true, ignore, messageFormat }))
  return pino(options, toStandardOutput())
}

function toStandardOutput(): LogLines {
  // Registered before the destination's own exit handler, so that the last lines are written.
  process.on('exit', () => lines.flush())
  const lines = new LogLines(pino.destination({ dest: 1, sync: false }))
  return lines
}

const ignore = 'method,path,status,microseconds'

function messageFormat(line: Record<string, unknown>, messageKey: string): string {
  if (line.method === undefined) return String(line[messageKey])
  return `${line.method} ${line.path} ${line.status} in ${Number(line.microseconds) / 1000} ms`
}
