import { amountFaults } from '../../acting/money.ts'
import type { Exchange } from '../../calls/client.ts'
import type { Report } from '../../rules/finding.ts'
import { asObject, type Schema, type SpecOperation } from '../../spec/spec.ts'
import { formsOf } from '../../values/forms.ts'

/** Names that clients set, by the operations of a run: what they show then says nothing of the server. */
const settable = new WeakMap<readonly SpecOperation[], ReadonlySet<string>>()

/** Judges the amounts of money in an answer. */
export function checkAmounts(
  report: Report,
  operations: readonly SpecOperation[],
  operation: SpecOperation,
  exchange: Exchange,
): void {
  if (exchange.status >= 300 || !/currency/i.test(exchange.text)) return
  for (const { code, name, detail, expected } of amountFaults(exchange.json)) {
    if (code === 'amount-sum' && isSettable(operations, name)) continue
    report.addTo(operation, code, detail, exchange.curl, expected)
  }
}

function isSettable(operations: readonly SpecOperation[], name: string): boolean {
  const names = settable.get(operations) ?? new Set(operations.flatMap(({ fields }) => fields.flatMap(namesOf)))
  settable.set(operations, names)
  return names.has(name)
}

const namesOf = ({ name, schema }: { name: string; schema: Schema }): string[] => [name, ...namesIn(schema, 0)]

const namesIn = (schema: Schema, depth: number): string[] =>
  depth > 4
    ? []
    : formsOf(schema).flatMap((form) => [
        ...Object.entries(asObject(form.properties)).flatMap(([name, one]) => [
          name,
          ...namesIn(asObject(one), depth + 1),
        ]),
        ...(form.items === undefined ? [] : namesIn(asObject(form.items), depth + 1)),
      ])
