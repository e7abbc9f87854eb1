import { fieldsOf, readValue } from '../finding/fields.ts'
import { faultsOf } from '../finding/filled-inputs.ts'
import type { FoundOperation } from '../wire.ts'
import { type Dialog, showTurn } from './dialog.ts'

const mostOffered = 5

/** Finds the operations that fit what the user has typed, and calls the one that they choose, with what they add. */
export async function callByWords(text: string, dialog: Dialog, enabled: readonly string[]): Promise<void> {
  const { context, lines, conversation } = dialog
  const { host, user, print } = context
  const found = (await host.finder.find(user, text.slice(0, 2_000), enabled)).slice(0, mostOffered)
  if (found.length === 0) return print('No operation fits. Try other words; pnpm host list shows all of them.')
  for (const [index, one] of found.entries()) print(`${index + 1}  ${nameOf(one)}  ${one.operation.title}`)
  const typed = (await lines.ask(`Which one? 1 to ${found.length}, or Enter for none: `)).trim()
  const chosen = /^\d$/.test(typed) ? found[Number(typed) - 1] : undefined
  if (!chosen) return
  const { plugin, operation } = chosen
  const given = await askInputs(chosen, dialog)
  if (!given) return print('Nothing was called.')
  const events = await host.turns.callByHand(user, conversation, {
    plugin: plugin.id,
    operation: operation.name,
    arguments: given,
  })
  await showTurn(events, dialog, true)
}

const nameOf = ({ plugin, operation }: FoundOperation): string => `${plugin.name}.${operation.name}`

/**
 * Asks for the required inputs, and for those that the text states, whose value Enter accepts. Undefined if the user
 * leaves out a required one.
 */
async function askInputs(
  { plugin, operation: { name: called }, filled, missing }: FoundOperation,
  { context: { host, user, print }, lines }: Dialog,
): Promise<Record<string, unknown> | undefined> {
  const { document } = await host.plugins.visible(user, plugin.id)
  const operation = document.operations.find(({ name }) => name === called)
  const given: Record<string, unknown> = {}
  if (!operation) return undefined
  for (const field of fieldsOf(operation)) {
    const { name, schema } = field
    const stated = filled.find((one) => one.name === name)
    if (!stated && !missing.includes(name)) continue
    if (typeof schema.description === 'string') print(`  ${schema.description}`)
    if (stated) print(`  from "${stated.quote}": ${stated.because}`)
    let value = stated?.value
    for (;;) {
      const typed = (await lines.ask(question(name, stated?.value))).trim()
      if (typed === '') break
      value = readValue(field, typed) ?? typed
      const [fault] = faultsOf(operation, name, value)
      if (fault === undefined) break
      print(`  ${fault}`)
      value = stated?.value
    }
    if (value === undefined) return undefined
    given[name] = value
  }
  return given
}

const question = (name: string, value: unknown): string =>
  value === undefined ? `  ${name}: ` : `  ${name} [${typeof value === 'string' ? value : JSON.stringify(value)}]: `
