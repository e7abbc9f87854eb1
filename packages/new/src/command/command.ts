import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { AuthMode } from '../auth/auth-mode.ts'
import { planCopy } from '../copy/plan-copy.ts'
import { checkName, checkTitle, formsOf, titleOf } from '../name.ts'
import { compareOpenApi, planOpenApi } from '../openapi/index.ts'
import { type Plan, pathsOf, writePlan } from '../plan.ts'
import { checkPort, isInUse, nextPort } from '../port.ts'
import { Refusal } from '../refusal.ts'
import { readWorkspace, type Workspace } from '../workspace/workspace.ts'
import { choose } from './choice.ts'
import { finish } from './finish.ts'
import { type Options, readOptions, usage } from './options.ts'
import { ask, Cancelled } from './questions.ts'

/**
 * Makes a plugin, as `usage` says.
 * @param root the folder that contains `packages` and `plugins`
 * @returns the exit code: 0, 1 if the plugin is written and does not pass, 2 if nothing is written, 130 after Ctrl-C
 */
export async function main(words: readonly string[], root = process.cwd()): Promise<number> {
  try {
    const options = readOptions(words)
    if (options.help) {
      console.log(usage)
      return 0
    }
    return await run(readWorkspace(root), options)
  } catch (error) {
    if (error instanceof Cancelled) return 130
    if (!(error instanceof Refusal)) throw error
    console.error(error.message)
    return 2
  }
}

async function run(workspace: Workspace, options: Options): Promise<number> {
  if (isAnotherRun(workspace, options)) {
    for (const line of await compareOpenApi(toOpenApiRequest(workspace, options, readPort(workspace, options))))
      console.log(line)
    return 0
  }
  checkGiven(workspace, options)
  const complete = options.yes || !isTerminal() ? options : await ask(workspace, options)
  const port = readPort(workspace, complete)
  const plan = await toPlan(workspace, complete, port)
  const name = relative(join(workspace.root, 'plugins'), plan.folder)
  if (complete.dryRun) {
    console.log([`plugins/${name} would have:`, ...pathsOf(plan).map((path) => `  ${path}`), ...plan.notes].join('\n'))
    return 0
  }
  writePlan(plan)
  console.log([`plugins/${name} is written: ${plan.files.size} files`, ...plan.notes].join('\n'))
  if (!(await finish(workspace.root, name))) return 1
  const inUse = (await isInUse(port))
    ? [`Another program listens at port ${port} now: stop it before you start this.`]
    : []
  console.log(nextSteps(name, port, inUse))
  return 0
}

/** Refuses what is wrong on the command line before anything is asked. */
function checkGiven(workspace: Workspace, { name, from, auth, title, port, openapi }: Options): void {
  if (name !== undefined) checkName(name, workspace)
  else if (!isTerminal()) throw new Refusal('Give the plugin a name: pnpm new weather')
  if (title !== undefined) checkTitle(title)
  if (port !== undefined) checkPort(port, workspace)
  if (openapi === undefined && (from ?? auth) !== undefined) choose(workspace, from, auth as AuthMode | undefined)
}

async function toPlan(workspace: Workspace, options: Options, port: number): Promise<Plan> {
  if (options.openapi !== undefined) return planOpenApi(toOpenApiRequest(workspace, options, port))
  if (options.name === undefined) throw new Refusal('Give the plugin a name: pnpm new weather')
  const name = checkName(options.name, workspace)
  const title = checkTitle(options.title ?? titleOf(name))
  return planCopy({
    workspace,
    ...choose(workspace, options.from, options.auth as AuthMode | undefined),
    name,
    title,
    port,
  })
}

const toOpenApiRequest = (workspace: Workspace, options: Options, port: number) => ({
  workspace,
  name: formsOf(options.name ?? ''),
  title: options.title,
  port,
  auth: (options.auth ?? 'none') as AuthMode,
  source: options.openapi ?? '',
  include: options.include,
  baseUrl: options.baseUrl,
})

/** Whether the plugin is there already and its document may have changed. */
const isAnotherRun = ({ root }: Workspace, { openapi, name }: Options): boolean =>
  openapi !== undefined &&
  name !== undefined &&
  /^[a-z0-9-]+$/.test(name) &&
  existsSync(join(root, 'plugins', name, 'package.json'))

const readPort = (workspace: Workspace, { port }: Options): number =>
  port === undefined ? nextPort(workspace) : checkPort(port, workspace)

const isTerminal = (): boolean => Boolean(process.stdin.isTTY && process.stdout.isTTY && !process.env.CI)

function nextSteps(name: string, port: number, more: readonly string[]): string {
  const pnpm = pnpmCommand()
  const steps = [
    [`${pnpm} dev --filter ${name}`, `starts it at http://localhost:${port}`],
    [`${pnpm} contract http://localhost:${port}`, 'tests it as an assistant would call it'],
    [`${pnpm} spec`, 'writes its manifest and specs after a change'],
  ] as const
  const width = Math.max(...steps.map(([command]) => command.length))
  return [
    '',
    ...more,
    `plugins/${name} is ready. Read src/plugin.ts first; docs/writing-a-plugin.md says what to change. Next:`,
    ...steps.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`),
  ].join('\n')
}

/** As the README writes it where npx brings pnpm. */
const pnpmCommand = (): string =>
  /[/\\]_npx[/\\]/.test(process.env.PATH ?? '') ? 'npx -y -p node@24 -p pnpm@12.21.0 pnpm' : 'pnpm'
