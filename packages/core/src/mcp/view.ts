import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Resource } from '@modelcontextprotocol/server'
import type { Plugin } from '../plugin.ts'

/** A view in the form in which MCP lists and reads it. */
export interface View {
  resource: Resource
  html: string
}

/** No network and no resources from elsewhere; the page below repeats it. */
const ui = { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true }
const ours = new URL('../../views/', import.meta.url)

export const viewUri = (plugin: Plugin, name: string): string => `ui://${plugin.name}/${name}.html`

/**
 * The views of a plugin's operations (MCP Apps, 2026-01-26), by URI: each is a page made from core's bridge and the file
 * in the plugin's folder.
 */
export async function readViews(plugin: Plugin): Promise<Map<string, View>> {
  const views = new Map<string, View>()
  for (const { view, summary } of plugin.operations) {
    if (view === undefined || views.has(viewUri(plugin, view))) continue
    const uri = viewUri(plugin, view)
    const html = await toPage(plugin.title, await readFile(new URL(`views/${view}.html`, plugin.folder), 'utf8'))
    const resource = { uri, name: view, title: summary, mimeType: 'text/html;profile=mcp-app', _meta: { ui } }
    views.set(uri, { resource, html })
  }
  return views
}

async function toPage(title: string, view: string): Promise<string> {
  const [bridge, style] = await Promise.all([
    readFile(new URL('bridge.js', ours), 'utf8'),
    readFile(new URL('style.css', ours), 'utf8'),
  ])
  const body = `<style>${style}</style>\n<script>${bridge}</script>\n${view}`
  // Only the scripts of this page may run, so text from a title or a note is never a script.
  const policy = `default-src 'none'; script-src ${hashes(body, 'script')}; style-src ${hashes(body, 'style')}`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
${body}`
}

/** CSP level 3, section 6.7.3. */
const hashes = (html: string, element: 'script' | 'style'): string =>
  Array.from(
    html.matchAll(new RegExp(`<${element}[^>]*>(.*?)</${element}>`, 'gs')),
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  ).join(' ')
