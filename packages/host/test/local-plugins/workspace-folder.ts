import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import type { LocalPlugin } from './local-plugins.ts'

const plugins = new URL('../../../../plugins/', import.meta.url)

/** The folders of plugins of this repository, at the addresses and with the tokens of those that run. */
export function workspaceFolder(locals: Record<string, LocalPlugin>): string {
  const path = temporaryFolder()
  for (const [name, local] of Object.entries(locals)) putLocal(path, name, local)
  return path
}

export function putLocal(path: string, name: string, { address, token, signIn }: LocalPlugin): void {
  const folder = join(path, name)
  const source = (file: string) => new URL(`${name}/${file}`, plugins)
  mkdirSync(join(folder, '.data'), { recursive: true })
  cpSync(source('generated'), join(folder, 'generated'), { recursive: true })
  cpSync(source('conversation.md'), join(folder, 'conversation.md'))
  const manifest = join(folder, 'generated', 'ai-plugin.json')
  const text = readFileSync(manifest, 'utf8')
  writeFileSync(manifest, text.replaceAll(/http:\/\/localhost:\d+/g, `http://${address}`))
  const { type } = (JSON.parse(text) as { auth: { type: string } }).auth
  if (type === 'service_http') writeFileSync(join(folder, '.data', 'service-token'), `${token}\n`)
  if (type === 'user_http') writeFileSync(join(folder, '.data', 'user-token'), `${token}\n`)
  if (type === 'oauth')
    writeFileSync(
      join(folder, '.data', 'development.json'),
      JSON.stringify({ user: signIn.username, password: signIn.password }),
    )
}
