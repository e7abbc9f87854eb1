import { type Assistant, type Connection, hasToken, obstacles, type Step } from '../connect/assistant.ts'
import { assistants } from '../connect/assistants.ts'
import { toConnection } from './connection.ts'
import { copyable } from './copyable.ts'
import type { HomeOptions } from './home-options.ts'
import { type Html, html, marked } from './html.ts'

/** How to connect each assistant, with the line, link or file to copy. Those that cannot connect say why. */
export function connectSection(options: HomeOptions): Html {
  const connection = toConnection(options)
  return html`
    <section id="connect" aria-labelledby="connect-title">
      <h2 id="connect-title">Connect an assistant</h2>
      ${hasToken(connection) && html`<p>The lines for a terminal take the token from the variable <code>TOKEN</code>. <a href="#access">Access</a> says where it comes from.</p>`}
      ${Object.entries(assistants).map(
        ([title, all]) => html`
      <h3>${title}</h3>
      <div class="list">${all.map((assistant) => entry(assistant, connection))}</div>`,
      )}
    </section>`
}

function entry(assistant: Assistant, connection: Connection): Html {
  const faults = obstacles(assistant, connection)
  return html`
        <details name="assistant">
          <summary><span class="name">${assistant.name}</span> ${
            faults.length === 0
              ? html`<span class="soft">${assistant.reads.join(', ')}</span>`
              : html`<span class="warn">${faults.map(({ short }) => short).join(', ')}</span>`
          }</summary>
          <div class="inside">
            ${faults.map(({ text }) => html`<p class="warning">${marked(text)}</p>`)}
            ${assistant.auth.includes(connection.auth) && assistant.steps(connection).map((step) => write(step, assistant.name))}
          </div>
        </details>`
}

function write(step: Step, name: string): Html {
  if ('text' in step) return html`<p>${marked(step.text)}</p>`
  if ('code' in step) return copyable(step.code, `for ${name}`)
  return html`<p><a class="button main" href="${step.link}">${step.label}</a></p>`
}
