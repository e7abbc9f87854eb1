import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Resource } from '@modelcontextprotocol/server'
import type { Plugin } from '../plugin.ts'

/** A view as MCP lists and reads it. */
export interface View {
  resource: Resource
  html: string
}

/** Neither network nor anything from elsewhere; the page below says so too. */
const ui = { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true }
const ours = new URL('../../views/', import.meta.url)

export const viewUri = (plugin: Plugin, name: string): string => `ui://${plugin.name}/${name}.html`

/**
 * The views of a plugin's operations (MCP Apps, 2026-01-26), by their URI: each a page of its own, made of core's bridge
 * and of the file in the plugin's folder.
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
  // Only what stands here may run: what a title or a note says is never a script.
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
