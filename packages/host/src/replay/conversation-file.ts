import { isObject } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'
import { callsOf } from '../conversation/conversations.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Call, Conversation } from '../wire.ts'
import type { SaidEntry, Script, ScriptCall } from './script.ts'

const headings = { user: '## You', assistant: '## Assistant' } as const

/** The conversation as Markdown, for reviews and for replays. It contains no token. */
export function toFile({ title, messages }: Conversation, plugins: RegisteredPlugin[]): string {
  const calls = messages.flatMap(({ parts }) => callsOf(parts)).filter(({ plugin }) => plugin.id !== '')
  const used = new Map(calls.map(({ plugin }) => [plugin.name, plugins.find(({ id }) => id === plugin.id)?.address]))
  const lines = [`# ${title}`, '']
  for (const [name, address] of used) lines.push(`- ${name}: ${address ?? 'removed'}`)
  for (const { role, parts } of messages) {
    let spoken = ''
    for (const part of parts) {
      if (part.type === 'call' && isKept(part.call)) {
        lines.push('', ...callLines(part.call))
        spoken = ''
      }
      if (part.type !== 'text' || part.text.trim() === '') continue
      if (spoken !== role) lines.push('', headings[role])
      spoken = role
      lines.push('', masked(part.text.trim()))
    }
  }
  return `${lines.join('\n')}\n`
}

/** Whether it was made, or the user declined what the plugin asked. */
const isKept = ({ state, plugin, answered }: Call): boolean =>
  plugin.id !== '' && (state === 'done' || answered?.at(-1)?.decision === 'declined')

const decisions = { confirmed: 'Confirmed', declined: 'Declined' } as const

function callLines({ plugin, operation, arguments: given, answered = [], response }: Call): string[] {
  const lines = [`### ${plugin.name}.${operation}`, '', ...fenced(JSON.stringify(given, null, 2), 'json')]
  for (const { question, facts, decision } of answered) {
    const list = facts.map(({ label, value }) => (label === '' ? `- ${value}` : `- ${label}: ${value}`))
    lines.push('', `Asked: ${question}`, ...(list.length > 0 ? ['', ...list] : []), '', decisions[decision])
  }
  if (response) lines.push('', `Answer ${response.status}`, '', ...answerLines(response.body))
  return lines
}

function answerLines(body: string): string[] {
  try {
    return fenced(JSON.stringify(parseExact(body), null, 2), 'json')
  } catch {
    return fenced(body, 'text')
  }
}

function fenced(text: string, language: string): string[] {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...text.split('\n'), fence]
}

/** Text of the conversation that looks like a part of the file gets a backslash. */
const masked = (text: string): string => text.replaceAll(/^(\\*)(#|`{3,}|Answer \d)/gm, '\\$1$2')
const unmasked = (text: string): string => text.replaceAll(/^\\(\\*)(#|`{3,}|Answer \d)/gm, '$1$2')

/** @throws Error that names the line that cannot be read */
export function readFile(text: string): Script {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const script: Script = { title: '', plugins: {}, entries: [] }
  let said: SaidEntry | undefined
  let call: ScriptCall | undefined
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string
    const heading = /^### ([A-Za-z0-9_]+)\.([A-Za-z0-9_-]+)$/.exec(line)
    const address = script.entries.length === 0 ? /^- ([A-Za-z0-9_]+): (\S+)$/.exec(line) : null
    const sampleUser = script.entries.length === 0 ? /^- sample user: (\S+)$/.exec(line)?.[1] : undefined
    const fence = /^(`{3,})(json|text)$/.exec(line)
    if (line.startsWith('# ') && script.title === '') script.title = line.slice(2)
    else if (address) script.plugins[address[1] as string] = address[2] as string
    else if (sampleUser !== undefined) script.sampleUser = sampleUser
    else if (line === headings.user || line === headings.assistant) {
      call = undefined
      said = { kind: line === headings.user ? 'user' : 'assistant', text: '' }
      script.entries.push(said)
    } else if (heading) {
      said = undefined
      const [, plugin = '', operation = ''] = heading
      const entry = { kind: 'call' as const, plugin, operation, arguments: {} }
      script.entries.push(entry)
      call = entry
    } else if (call && fence) {
      const end = lines.indexOf(fence[1] as string, index + 1)
      if (end < 0) throw new Error(`line ${index + 1}: the code block that begins here has no end`)
      const content = lines.slice(index + 1, end).join('\n')
      const value = fence[2] === 'json' ? parse(content, index + 2) : content
      if (call.status === undefined) call.arguments = asArguments(value, index + 1)
      else call.answer = value
      index = end
    } else if (call && readQuestionLine(call, line)) continue
    else if (call && /^Answer \d{3}$/.test(line)) call.status = Number(line.slice(7))
    else if (said) said.text += `${line}\n`
    else if (line.startsWith('#'))
      throw new Error(`line ${index + 1}: "${line.slice(0, 60)}" is not a heading of a conversation`)
  }
  for (const entry of script.entries) if (entry.kind !== 'call') entry.text = unmasked(entry.text.trim())
  return script
}

/** Reads a line of a question that the plugin asked. Returns whether it is one. */
function readQuestionLine(call: ScriptCall, line: string): boolean {
  if (call.status !== undefined) return false
  const [, question] = /^Asked: (.+)$/.exec(line) ?? []
  if (question !== undefined) {
    call.answered = [...(call.answered ?? []), { question, facts: [], decision: 'declined' }]
    return true
  }
  const last = call.answered?.at(-1)
  const [, label = '', value] = /^- (?:([^:]{1,100}): )?(.*)$/.exec(line) ?? []
  if (last && value !== undefined) last.facts.push({ label, value })
  else if (last && (line === decisions.confirmed || line === decisions.declined))
    last.decision = line === decisions.confirmed ? 'confirmed' : 'declined'
  else return false
  return true
}

function parse(text: string, line: number): unknown {
  try {
    return parseExact(text)
  } catch (error) {
    throw new Error(`line ${line}: this is not valid JSON: ${(error as Error).message}`)
  }
}

function asArguments(value: unknown, line: number): Record<string, unknown> {
  if (isObject(value)) return value
  throw new Error(`line ${line}: the arguments of a call must be a JSON object`)
}
