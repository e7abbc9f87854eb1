import type { AnyNode, FunctionDeclaration } from 'acorn'
import type { Name } from '../name.ts'
import { Refusal } from '../refusal.ts'
import { DefinitionSource, memberOf, walk } from '../source/definition-source.ts'
import { Edits } from '../source/edits.ts'
import { withImports } from '../source/imports.ts'
import type { AuthMode } from './auth-mode.ts'
import { type AuthParts, authParts } from './auth-parts.ts'

export interface DefinitionChange {
  name: Name
  title: string
  from: AuthMode
  to: AuthMode
  /** `src/plugin.ts` of a plugin that has the new mode, already under the new name. */
  model: string
  /** Whether the changed plugin has `src/settings.ts`. */
  hasSettings: boolean
  /** Whether an operation writes. */
  writes: boolean
  /** The tables whose rows belong to a user, with the column that says to whom. */
  userTables: readonly { table: string; column: string }[]
}

/** Changes the auth mode in `src/plugin.ts`. */
export function changeDefinition(code: string, change: DefinitionChange): string {
  const source = new DefinitionSource(code)
  const edits = new Edits(code)
  const before = authParts[change.from]
  const after = authParts[change.to]
  const create = createFunction(source)
  const settingsType = change.hasSettings ? `${change.name.pascal}Settings` : 'Settings'

  edits.replace(parameterType(source, create), settingsType)
  for (const statement of setupOf(create, before)) edits.removeLines(statement)
  changeDatabase(source, edits, create, change)
  changeMembers(source, edits, change)
  return withImports(edits.apply(), {
    ...after.imports,
    '@reference-plugins/core': [...(after.imports['@reference-plugins/core'] ?? []), 'type Settings'],
    ...(change.hasSettings && { './settings.ts': [`type ${settingsType}`] }),
  })
}

/** The exported function that creates the plugin. */
function createFunction(source: DefinitionSource): FunctionDeclaration {
  for (const statement of source.statements())
    if (statement.type === 'ExportNamedDeclaration' && statement.declaration?.type === 'FunctionDeclaration')
      if (/^create\w*Plugin$/.test(statement.declaration.id?.name ?? ''))
        return statement.declaration as FunctionDeclaration
  throw new Refusal('src/plugin.ts has no function create…Plugin: its auth mode cannot be changed')
}

/** The type of its first parameter, which must be named `settings`. */
function parameterType(source: DefinitionSource, { params: [first] }: FunctionDeclaration) {
  if (first?.type !== 'Identifier' || first.name !== 'settings')
    throw new Refusal('The create function in src/plugin.ts must take settings: its auth mode cannot be changed')
  const [text = '', lead = '', type = ''] = /^(\s*:\s*)(\w+)/.exec(source.code.slice(first.end)) ?? []
  return { start: first.end + lead.length, end: first.end + (text === '' ? 0 : lead.length + type.length) }
}

/** The statements of an auth mode in the create function. */
const setupOf = ({ body }: FunctionDeclaration, { setup }: AuthParts): AnyNode[] =>
  body.body.filter((statement) =>
    [...walk(statement)].some(
      (node) =>
        (node.type === 'CallExpression' || node.type === 'NewExpression') &&
        node.callee.type === 'Identifier' &&
        setup.includes(node.callee.name),
    ),
  )

/** Gives the database the tables of the mode, and puts the statements of the mode after it. */
function changeDatabase(
  source: DefinitionSource,
  edits: Edits,
  create: FunctionDeclaration,
  change: DefinitionChange,
): void {
  const [call] = source.calls('openDatabase')
  const { migrations, setup } = authParts[change.to]
  const statements = setup.length > 0 ? setupText(change) : ''
  if (migrations === undefined) return
  const named = `${change.name.camel}Migrations`
  const argument = call?.arguments[1]
  const own = argument ? ownMigrations(source, argument) : []
  const all = migrations.isFirst ? [migrations.name, ...own] : [...own, migrations.name]
  const value = all.length > 1 ? `{ ${all.map((one) => `...${one}`).join(', ')} }` : migrations.name
  const declared = declarationOf(source, named)
  const lines: string[] = []
  if (declared) edits.replace(declared, value)
  else lines.push(`export const ${named} = ${value}`)
  if (change.to === 'oauth') lines.push(scopesText(change))
  if (lines.length > 0) edits.insert(startOfExport(source, create), `${lines.join('\n\n')}\n\n`)

  const database = create.body.body.find(
    (statement) =>
      statement.type === 'VariableDeclaration' &&
      statement.declarations.some(({ init }) => init && source.text(init).includes('openDatabase(')),
  )
  if (argument && database) {
    if (!declared) edits.replace(argument, named)
    edits.insert(database.end, `\n${statements}`)
  } else {
    const open = `const database = await openDatabase(settings.DATABASE_URL, ${named})`
    edits.insert(create.body.start + 1, `\n  ${open}\n${statements}`)
  }
}

/** The names of the plugin's own steps, without those of auth modes. */
function ownMigrations(source: DefinitionSource, argument: AnyNode): string[] {
  const known = Object.values(authParts).map(({ migrations }) => migrations?.name)
  const object = argument.type === 'Identifier' ? (declarationOf(source, argument.name) ?? argument) : argument
  if (object.type !== 'ObjectExpression') return [source.text(object)]
  return object.properties
    .map((property) => (property.type === 'SpreadElement' ? source.text(property.argument) : ''))
    .filter((name) => name !== '' && !known.includes(name))
}

/** The value of a constant at the top of the file. */
function declarationOf(source: DefinitionSource, name: string): AnyNode | undefined {
  for (const statement of source.statements()) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration?.type !== 'VariableDeclaration') continue
    for (const { id, init } of declaration.declarations)
      if (id.type === 'Identifier' && id.name === name && init) return init
  }
  return undefined
}

/** Where the export of the function begins, with the comment before it. */
function startOfExport({ code }: DefinitionSource, { start }: FunctionDeclaration): number {
  const before = code.slice(0, code.lastIndexOf('export', start))
  const comment = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(before)
  return before.length - (comment?.[0].length ?? 0)
}

/** The statements of the mode, as the plugin that has it writes them. */
function setupText({ model, to, userTables }: DefinitionChange): string {
  const source = new DefinitionSource(model)
  return setupOf(createFunction(source), authParts[to])
    .map((statement) => {
      const removal = [...walk(statement)].flatMap((node) =>
        node.type === 'CallExpression' ? (memberOf(node, 'onRemoveAccount') ?? []) : [],
      )[0]
      if (!removal) return `  ${source.text(statement)}`
      const after = model.slice(removal.end, statement.end).replace(/^,?\s*/, '')
      return `  ${model.slice(statement.start, removal.start)}${removalText(userTables)}${after}`
    })
    .join('\n')
}

/** The member of `createSignIn` that deletes the data of an account, if the plugin has tables with data of users. */
function removalText(tables: DefinitionChange['userTables']): string {
  if (tables.length === 0) return ''
  const statements = tables.map(
    ({ table, column }) => `await transaction.run\`DELETE FROM ${table} WHERE ${column} = \${owner}\``,
  )
  return `onRemoveAccount: async (owner, transaction) => {\n      ${statements.join('\n      ')}\n    },\n  `
}

function scopesText({ name, title, writes }: DefinitionChange): string {
  const lines = [`  '${name.kebab}:read': 'Read data from ${title}',`]
  if (writes) lines.push(`  '${name.kebab}:write': 'Add, change and delete data in ${title}',`)
  return `const scopes = {\n${lines.join('\n')}\n} as const`
}

/** Changes the members `auth`, `needs` and `mounts` of the definition. */
function changeMembers(source: DefinitionSource, edits: Edits, { model, from, to }: DefinitionChange): void {
  const auth = source.member('auth')
  const modelSource = new DefinitionSource(model)
  const modelAuth = modelSource.member('auth')
  if (!auth || !modelAuth) throw new Refusal('src/plugin.ts has no member auth: its auth mode cannot be changed')
  const [needs, mounts] = [source.member('needs'), source.member('mounts')]
  const wanted = [...(authParts[to].migrations ? ['database'] : []), ...(to === 'oauth' ? ['signIn'] : [])]
  const kept = elementsOf(source, needs).filter((one) => !(from === 'oauth' && one === 'signIn'))
  const neededNow = [...wanted, ...kept.filter((one) => !wanted.includes(one))]
  const mounted = elementsOf(source, mounts)
  const list = mounted.length > 0 ? `[...signIn.mounts, ${mounted.join(', ')}]` : 'signIn.mounts'

  edits.replace(auth, modelSource.text(modelAuth))
  if (needs) edits.replace(needs, `[${neededNow.join(', ')}]`)
  else if (neededNow.length > 0) edits.insert(auth.end, `,\n    needs: [${neededNow.join(', ')}]`)
  if (to !== 'oauth') return
  if (mounts) edits.replace(mounts, list)
  else edits.insert((needs ?? auth).end, `,\n    mounts: ${list}`)
}

const elementsOf = (source: DefinitionSource, list: AnyNode | undefined): string[] =>
  list?.type === 'ArrayExpression' ? list.elements.map((one) => (one ? source.text(one) : '')) : []
