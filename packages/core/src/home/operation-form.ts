import type { Field } from '../input.ts'
import type { PluginOperation } from '../plugin.ts'
import { inputSchema, type JsonSchema } from '../schema.ts'
import { kind } from '../schema-words.ts'
import { type Html, html } from './html.ts'

/** A longer text gets a field of several lines. */
const longestLine = 200

interface Input {
  field: Field
  schema: JsonSchema
  required: boolean
  /** The id of the control. */
  id: string
}

/** A form that calls the operation. `call.js` reads where each input goes, and whether it acts, from `data-operation`. */
export function operationForm(operation: PluginOperation): Html {
  const { id, method, path, fields, once, confirm } = operation
  const { properties, required = [] } = inputSchema(operation.input, '3.1.0')
  const inputs = fields.map((field): Input => {
    const schema = properties[field.name] ?? {}
    return { field, schema, required: required.includes(field.name), id: `${id}-${field.name}` }
  })
  const sent = inputs.map(({ field: { name, place, list }, schema, required }) => ({
    name,
    place,
    list,
    required,
    type: typeOf(schema),
  }))
  return html`
            <form class="call" data-operation="${JSON.stringify({ id, method, path, inputs: sent, once: once !== undefined, confirm: confirm !== undefined })}">
              ${inputs.map(fieldOf)}
              <p class="row"><button type="submit" class="button main">Call ${id}</button></p>
              <p class="status" role="status"></p>
              <div class="result"></div>
            </form>`
}

/** The type of a value, or of the items of a list: a format where the control writes another text than the API reads. */
function typeOf(schema: JsonSchema): string {
  const { type, format } = (schema.items ?? schema) as JsonSchema
  return format === 'date-time' ? format : String(type)
}

function fieldOf(input: Input): Html {
  const { field, schema, required, id } = input
  const hint = `${String(schema.description)} (${kind(schema)})`
  const need = required ? 'required' : 'optional'
  const choices = (schema.items as JsonSchema | undefined)?.enum
  if (field.list && Array.isArray(choices))
    return html`<fieldset class="field" aria-describedby="${id}-hint"><legend><code>${field.name}</code> <span class="soft">${need}</span></legend>
                ${choices.map((choice) => html`<label class="choice"><input type="checkbox" name="${field.name}" value="${String(choice)}"> ${String(choice)}</label> `)}
                <span id="${id}-hint" class="soft">${hint}</span></fieldset>`
  return html`<p class="field">
                <label for="${id}"><code>${field.name}</code> <span class="soft">${need}</span></label>
                ${control(input)}
                <span id="${id}-hint" class="soft">${hint}${field.list && '. One in each line'}</span></p>`
}

function control(input: Input): Html {
  const { field, schema, id } = input
  const more = attributes(input)
  if (field.list) return html`<textarea id="${id}" name="${field.name}" rows="2" ${more}></textarea>`
  const choices = choicesOf(schema)
  if (choices)
    return html`<select id="${id}" name="${field.name}" ${more}><option value="">${schema.default === undefined ? '' : `default: ${String(schema.default)}`}</option>${choices.map((choice) => html`<option>${choice}</option>`)}</select>`
  if (schema.type === 'integer' || schema.type === 'number')
    return html`<input id="${id}" name="${field.name}" type="number" step="${schema.type === 'integer' ? 1 : 'any'}"${limit('min', schema.minimum)}${limit('max', schema.maximum)} ${more}>`
  const type = inputTypes[String(schema.format)]
  if (type !== undefined)
    return html`<input id="${id}" name="${field.name}" type="${type}"${type !== 'date' && html` step="1"`} ${more}>`
  if (Number(schema.maxLength ?? 0) > longestLine)
    return html`<textarea id="${id}" name="${field.name}" rows="3" ${more}></textarea>`
  return html`<input id="${id}" name="${field.name}" type="text" autocomplete="off" ${more}>`
}

const inputTypes: Record<string, string> = { date: 'date', 'date-time': 'datetime-local', time: 'time' }

function choicesOf(schema: JsonSchema): string[] | undefined {
  if (schema.type === 'boolean') return ['true', 'false']
  if (schema.const !== undefined) return [String(schema.const)]
  return Array.isArray(schema.enum) ? schema.enum.map(String) : undefined
}

const limit = (name: string, value: unknown): Html | undefined =>
  value === undefined ? undefined : html` ${name}="${String(value)}"`

/** A required text may be empty, unless its schema says otherwise. */
function attributes({ schema, required, id, field }: Input): Html {
  const mayBeEmpty = schema.type === 'string' && !schema.minLength && !schema.enum && field.place !== 'path'
  const standard = schema.default === undefined ? undefined : `default: ${JSON.stringify(schema.default)}`
  return html`aria-describedby="${id}-hint"${required && !mayBeEmpty && html` required`}${standard !== undefined && html` placeholder="${standard}"`}`
}
