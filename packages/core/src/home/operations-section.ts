import { actingSentence } from '../acting/words.ts'
import { effectSentence, repetitionSentence } from '../export/sentences.ts'
import type { PluginOperation } from '../plugin.ts'
import { inputSchema } from '../schema.ts'
import { kind } from '../schema-words.ts'
import type { HomeOptions } from './home-options.ts'
import { type Html, html } from './html.ts'
import { operationForm } from './operation-form.ts'

/** Every operation: what it does, its inputs, what it does to the world, and in development a form that calls it. */
export function operationsSection({ plugin, development }: HomeOptions): Html {
  const { operations } = plugin
  return html`
    <section id="operations" aria-labelledby="operations-title">
      <h2 id="operations-title">Operations <span class="soft">${operations.length}</span></h2>
      ${development && html`<noscript><p class="warning">Calling an operation from here needs JavaScript.</p></noscript>`}
      <div class="list">${operations.map((operation) => entry(operation, development))}</div>
    </section>`
}

function entry(operation: PluginOperation, development: boolean): Html {
  const { id, method, path, summary, description, effects, consequential, scope, only, errors } = operation
  const sentences = [
    effectSentence(effects),
    repetitionSentence(operation),
    consequential ? 'An assistant asks the user before each call.' : 'An assistant may call it without asking.',
    actingSentence(operation),
    effects.openWorld && 'Its answer may contain text from anyone.',
  ]
  return html`
        <details id="${id}" class="operation">
          <summary><span class="method ${method.toLowerCase()}">${only === 'mcp' ? 'MCP' : method}</span> <span class="name">${id}</span> <span class="summary">${summary}</span></summary>
          <div class="inside">
            ${description !== summary && html`<p>${description}</p>`}
            ${only === 'mcp' ? html`<p>Offered by MCP only.</p>` : html`<p><code class="path">${method} ${path}</code></p>`}
            <p class="badges">${badges(operation)}</p>
            <p class="soft">${withCode(sentences.filter(Boolean).join(' '))}${scope !== undefined && html` It needs the scope <code>${scope}</code>.`}</p>
            ${development && only === undefined ? operationForm(operation) : inputs(operation)}
            ${
              Object.keys(errors).length > 0 &&
              html`<h4>Errors</h4><ul>${Object.entries(errors).map(([status, reason]) => html`<li><strong>${status}</strong> ${reason}</li>`)}</ul>`
            }
          </div>
        </details>`
}

/** What is between backticks is code. */
const withCode = (text: string): Html[] =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))

function badges({ effects, consequential }: PluginOperation): Html[] {
  const what = effects.readOnly ? 'Reads' : effects.destructive ? 'Writes, may delete' : 'Writes'
  return [what, ...(consequential ? ['Asks first'] : [])].map((text) => html`<span class="badge">${text}</span> `)
}

function inputs(operation: PluginOperation): Html {
  const { properties, required = [] } = inputSchema(operation.input, '3.1.0')
  if (operation.fields.length === 0) return html`<p>It has no input.</p>`
  return html`<h4>Inputs</h4><dl class="inputs">${operation.fields.map(({ name }) => {
    const schema = properties[name] ?? {}
    const standard = schema.default === undefined ? '' : `, by default ${JSON.stringify(schema.default)}`
    return html`<div><dt><code>${name}</code> <span class="soft">${required.includes(name) ? 'required' : 'optional'}</span></dt><dd>${String(schema.description)} <span class="soft">(${kind(schema)}${standard})</span></dd></div>`
  })}</dl>`
}
