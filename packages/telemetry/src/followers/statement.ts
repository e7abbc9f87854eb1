import { trace } from '@opentelemetry/api'
import { errorCodeType } from '../error-type.ts'
import type { StatementEvent } from '../events.ts'
import type { Follower } from '../follow.ts'
import { endSpan, type Instruments } from '../instruments.ts'
import { metrics, spans } from '../sent.ts'

const longestText = 2_000

interface Described {
  text: string
  operation: string
  table: string | undefined
}

/** Statements of work that nobody called, such as sweeps, are counted, but each would be a trace of its own. */
export function followStatements(instruments: Instruments): Follower<StatementEvent> {
  const durations = instruments.measure(metrics.statements)
  const described = new WeakMap<readonly string[], Described>()
  const describe = (sql: readonly string[]): Described => {
    const found = described.get(sql) ?? toDescribed(sql)
    described.set(sql, found)
    return found
  }
  const common = ({ engine }: StatementEvent, { operation, table }: Described) => ({
    'db.system.name': engine === 'postgres' ? 'postgresql' : 'sqlite',
    'db.operation.name': operation,
    'db.collection.name': table,
  })

  return {
    begin(event, parent) {
      const found = describe(event.sql)
      if (!trace.getSpan(parent)) return parent
      const name = found.table === undefined ? found.operation : `${found.operation} ${found.table}`
      const attributes = { ...common(event, found), 'db.query.text': found.text }
      return instruments.startSpan(spans.statement, name, attributes, { parent })
    },
    end(event, context, seconds) {
      const failure = 'error' in event ? { 'error.type': errorCodeType(event.error) } : {}
      durations(seconds, { ...common(event, describe(event.sql)), ...failure })
      endSpan(spans.statement, context, failure)
    },
  }
}

function toDescribed(sql: readonly string[]): Described {
  const text = sql.join('?').replaceAll(/\s+/g, ' ').trim()
  const operation = /^\w+/.exec(text)?.[0].toUpperCase() ?? '_OTHER'
  const table = /\b(?:FROM|INTO|UPDATE|TABLE(?: IF NOT EXISTS)?)\s+"?([a-z_]\w*)/i.exec(text)?.[1]
  return { text: text.slice(0, longestText), operation, table }
}
