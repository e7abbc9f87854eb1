import { formsOf, type Name } from '../name.ts'
import { DefinitionSource } from '../source/definition-source.ts'

/** What a plugin is called where code, tests and documents name it. */
export interface Identity {
  name: Name
  /** Of the definition; usually `name.camel`. */
  modelName: string
  title: string
  port: number
}

/** The files whose exports may carry the name of the plugin. */
const filesWithSymbols = ['src/plugin.ts', 'src/settings.ts', 'test/fixture.ts']

/** The exported functions, types and values of a plugin that carry its name, such as `createTodoPlugin`. */
export function symbolsOf(files: ReadonlyMap<string, string>, { pascal, camel }: Name): string[] {
  const carriesName = new RegExp(`${pascal}(?![a-z])|^${camel}(?![a-z])`)
  return filesWithSymbols
    .flatMap((path) => new DefinitionSource(files.get(path) ?? '').exportedNames())
    .filter((symbol) => carriesName.test(symbol))
}

/**
 * Returns a function that renames a plugin in one of its files. It changes symbols and the places where a name is written by
 * rule, such as a path, a variable or a port. An ordinary word that is the same as the name stays.
 */
export function renamer(
  symbols: readonly string[],
  from: Identity,
  to: Identity,
): (path: string, text: string) => string {
  const renamed = new Map(symbols.map((symbol) => [symbol, renameSymbol(symbol, from.name, to.name)]))
  const rules: [RegExp, string | ((found: string) => string)][] = [
    ...(renamed.size > 0
      ? [
          [
            new RegExp(`\\b(?:${[...renamed.keys()].join('|')})\\b`, 'g'),
            (found: string) => renamed.get(found) ?? found,
          ] as [RegExp, (found: string) => string],
        ]
      : []),
    [new RegExp(`\\b${from.name.constant}(?=_[A-Z])`, 'g'), to.name.constant],
    // The folder and the package.
    [
      new RegExp(
        `(?<=\\bplugins/|--filter |//|localhost/|example\\.com/|reference-plugins-)${from.name.kebab}(?![\\w-])`,
        'g',
      ),
      to.name.kebab,
    ],
    [new RegExp(`(?<![\\w-])${from.name.kebab}(?=\\.sqlite\\b| cannot start\\b)`, 'g'), to.name.kebab],
    // The prefix of tokens.
    [
      new RegExp(`(?<![\\w-])${from.name.kebab.replaceAll('-', '_')}_(?=\\$\\{|\\[\\\\w-\\])`, 'g'),
      `${to.name.kebab.replaceAll('-', '_')}_`,
    ],
    [new RegExp(`(?<![\\w-])${from.modelName}(?= is ready\\b)`, 'g'), to.modelName],
    [new RegExp(`\\b${from.port}\\b`, 'g'), String(to.port)],
  ]
  const plain = (text: string) => rules.reduce((changed, [pattern, by]) => changed.replace(pattern, by as string), text)
  return (path, text) => {
    if (path === 'src/plugin.ts') return plain(renameDefinition(text, from, to))
    if (path === 'package.json')
      return plain(text.replace(`"name": "${from.name.kebab}"`, `"name": "${to.name.kebab}"`))
    if (path === 'legal.html') return plain(text.replaceAll(`>${from.title}: `, () => `>${to.title}: `))
    if (path === 'README.md')
      return plain(
        text
          .replace(new RegExp(`^# ${from.name.kebab}$`, 'm'), `# ${to.name.kebab}`)
          // The tests of the host replay those of the plugins that it knows.
          .replace(', and replayed by its tests:', ':'),
      )
    if (path === 'conversation.md')
      return plain(text.replaceAll(new RegExp(`^(- |### )${from.modelName}(?=[:.])`, 'gm'), `$1${to.modelName}`))
    return plain(text)
  }
}

const renameSymbol = (symbol: string, from: Name, to: Name): string =>
  symbol.startsWith(from.camel) && /^(?![a-z])/.test(symbol.slice(from.camel.length))
    ? to.camel + symbol.slice(from.camel.length)
    : symbol.replace(new RegExp(`${from.pascal}(?![a-z])`), to.pascal)

/** The name and the title in the definition, and the title where another part gets it. */
function renameDefinition(code: string, from: Identity, to: Identity): string {
  const source = new DefinitionSource(code)
  const name = source.member('name')
  const changed = name ? `${code.slice(0, name.start)}'${to.modelName}'${code.slice(name.end)}` : code
  return changed.replaceAll(`title: '${from.title}'`, () => `title: '${to.title}'`)
}

/** The identity of a plugin that is there. */
export function identityOf(kebab: string, port: number, pluginCode: string): Identity {
  const source = new DefinitionSource(pluginCode)
  const name = formsOf(kebab)
  return {
    name,
    modelName: source.textMember('name') ?? name.camel,
    title: source.textMember('title') ?? name.pascal,
    port,
  }
}
