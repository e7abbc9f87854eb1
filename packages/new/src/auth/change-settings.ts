import type { Name } from '../name.ts'
import { Refusal } from '../refusal.ts'
import { DefinitionSource } from '../source/definition-source.ts'
import { Edits } from '../source/edits.ts'
import { withImports } from '../source/imports.ts'
import type { AuthMode } from './auth-mode.ts'
import { authParts } from './auth-parts.ts'

/** Changes `src/settings.ts` for an auth mode. Undefined means that the plugin has no variables of its own, and no such file. */
export function changeSettings(code: string | undefined, name: Name, to: AuthMode): string | undefined {
  const base = authParts[to].settings
  const schema = `${name.pascal}Settings`
  const own = code === undefined ? undefined : ownVariables(code, schema)
  if (!base && own === undefined) return undefined
  const value = own === undefined ? (base?.schema ?? '') : base ? `${base.schema}.extend(${own})` : `z.object(${own})`
  const needed = {
    '@reference-plugins/core': ['type Settings'],
    zod: ['z'],
    ...(base && { [base.module]: [base.schema] }),
  }
  if (code === undefined) {
    const text = `/** The variables that only this plugin reads. To add your own, extend the schema. */
export const ${schema} = ${value}
export type ${schema} = Settings<typeof ${schema}>
`
    return withImports(`\n${text}`, base && { ...needed, [base.module]: [base.schema] })
  }
  const edits = new Edits(code)
  edits.replace(schemaOf(new DefinitionSource(code), schema), value)
  return withImports(edits.apply(), needed)
}

/** Makes `src/main.ts` read the variables, or not. */
export function changeMain(code: string, name: Name, hasSettings: boolean): string {
  const schema = `${name.pascal}Settings`
  const without = code.replace(/, settings: \w+(?= \}\))/, '')
  if (!hasSettings) return withImports(without)
  return withImports(without.replace(/(?= \}\)\n)/, `, settings: ${schema}`), { './settings.ts': [schema] })
}

/** The variables that are not those of an auth mode, as the text of an object. */
function ownVariables(code: string, schema: string): string | undefined {
  const source = new DefinitionSource(code)
  const value = schemaOf(source, schema)
  if (value.type === 'Identifier') return undefined
  const [object] = value.type === 'CallExpression' ? value.arguments : []
  if (!object)
    throw new Refusal(`${schema} in src/settings.ts must be z.object or extend: its auth mode cannot be changed`)
  return source.text(object)
}

function schemaOf(source: DefinitionSource, schema: string) {
  for (const node of source.nodes())
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.id.name === schema && node.init)
      return node.init
  throw new Refusal(`src/settings.ts has no ${schema}: its auth mode cannot be changed`)
}
