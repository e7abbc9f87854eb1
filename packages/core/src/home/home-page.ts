import { basePath } from '../public-url.ts'
import { accessSection, accessTitle } from './access-section.ts'
import { connectSection } from './connect-section.ts'
import type { HomeOptions } from './home-options.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import { operationsSection } from './operations-section.ts'
import { hasReference } from './reference-page.ts'

/** The page at the plugin's own address: what it does, who may call it, its operations, and how to connect each assistant. */
export function homePage(options: HomeOptions): Html {
  const { plugin, publicUrl } = options
  return layout(options, {
    title: plugin.title,
    scripts: ['page.js'],
    styles: ['base.css', 'page.css'],
    main: html`
      <header class="hero">
        <img src="${basePath(publicUrl)}/logo.png" alt="" width="72" height="72">
        <div>
          <h1>${plugin.title}</h1>
          <p class="lead">${plugin.descriptionForHuman}</p>
          <p class="facts">${facts(options).map((fact) => html`<span>${fact}</span> `)}</p>
        </div>
      </header>
      ${starters(options)}
      <nav aria-label="On this page">
        <a href="#access">Access</a> <a href="#operations">Operations</a> <a href="#connect">Connect</a> <a href="#documents">Documents</a>
      </nav>
      ${accessSection(options)}
      ${operationsSection(options)}
      ${connectSection(options)}
      ${documentsSection(options)}`,
  })
}

function facts(options: HomeOptions): string[] {
  const { operations, servesFrom } = options.plugin
  const count = operations.length === 1 ? '1 operation' : `${operations.length} operations`
  return [count, accessTitle(options), ...(servesFrom === undefined ? [] : [`Data: ${servesFrom}`])]
}

const starters = ({ plugin }: HomeOptions): Html =>
  html`<ul class="starters" aria-label="What people ask">${plugin.conversationStarters.map((starter) => html`<li>${starter}</li>`)}</ul>`

function documentsSection(options: HomeOptions): Html {
  const { plugin, publicUrl } = options
  const base = basePath(publicUrl)
  const documents: [path: string, name: string, text: string][] = [
    ...(!hasReference(options)
      ? []
      : ([['/docs', 'Interactive reference', 'every operation with its schemas']] as typeof documents)),
    ['/.well-known/ai-plugin.json', 'Manifest', 'ChatGPT plugin, schema v1'],
    ['/openapi.yaml', 'OpenAPI 3.1, YAML', 'what the manifest names'],
    ['/openapi.json', 'OpenAPI 3.1, JSON', 'the same as JSON'],
    ['/openapi-3.0.json', 'OpenAPI 3.0', 'for older readers'],
    ['/legal', 'Legal', 'terms and privacy'],
  ]
  return html`
    <section id="documents" aria-labelledby="documents-title">
      <h2 id="documents-title">Documents</h2>
      <ul class="documents">
        ${documents.map(([path, name, text]) => html`<li><a href="${base}${path}">${name}</a> <span class="soft">${text}</span></li>`)}
        <li>MCP server: <code>${publicUrl}/mcp</code> <span class="soft">for programs, by POST</span></li>
      </ul>
      <p class="soft">Questions: <a href="mailto:${plugin.contactEmail}">${plugin.contactEmail}</a></p>
    </section>`
}
