import type { ContentBlock } from '@modelcontextprotocol/server'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Confirmation } from './acting/confirmation.ts'
import { keyInput } from './acting/idempotency-key.ts'
import type { ActingOptions, Once, OnceContext, Undo } from './acting/options.ts'
import type { Caller } from './auth/auth.ts'
import { type ErrorStatus, Problem, type ProblemOptions } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Route = `${Method} /${string}`

/** The names in `{braces}`. */
export type PathNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathNames<Rest>
  : never

type UnknownNames<Path extends string, Input extends z.ZodObject> = Exclude<PathNames<Path>, keyof z.output<Input>>

/** What a handler gets besides its input. */
export interface Context<Status extends ErrorStatus = ErrorStatus> {
  /** Creates the problem to throw. `detail` is sent to the model, so say what to do next. */
  fail(status: Status, detail: string, options?: ProblemOptions): Problem
  /** Aborts when the caller disconnects or the time for an answer is over. */
  signal: AbortSignal
  log: Logger
  /** Reports the progress of a slow call, to assistants that ask for it. Each `done` must be greater than the one before. */
  progress(done: number, total?: number, message?: string): void
}

export interface UserContext<Status extends ErrorStatus = ErrorStatus> extends Context<Status> {
  caller: Caller
}

interface Options<
  Input extends z.ZodObject,
  Output extends z.ZodObject,
  Status extends ErrorStatus,
  Given,
  How extends Once | undefined,
> extends ActingOptions<Input, Given, How> {
  /** For the model, at most 200 characters; some assistants show only this. */
  summary: string
  /** For the model, at most 200 characters; must be clear without the summary. By default the summary. */
  description?: string
  /** One flat object of scalars or arrays of scalars: in the path where the route names it, else in the query (GET, DELETE) or the JSON body. */
  input: Input
  output: Output
  /** The statuses that the handler may fail with, each with its reason. */
  errors?: Record<Status, string>
  /** Whether an assistant asks the user before each call. By default true, except for a GET. */
  consequential?: boolean
  /** The page that an assistant may show instead of the answer (MCP Apps): `views/NAME.html` in the plugin's folder. */
  view?: string
  /**
   * Offers it over MCP only: no spec and no path has it. For tools whose names assistants fix and generated clients of a
   * spec cannot use, such as `fetch`.
   */
  only?: 'mcp'
  /** Pictures, sounds or documents that an MCP client gets besides the JSON. Over HTTP only the JSON is sent. */
  content?: (output: z.output<Output>) => ContentBlock[]
  handler: (
    input: z.output<Input>,
    given: Given & OnceContext<How>,
  ) => NoInfer<z.input<Output> | Promise<z.input<Output>>>
}

/** What a call does to the world, as in the annotations of an MCP tool. State whatever the method does not imply. */
export interface Effects {
  /** It changes nothing that anyone can see. */
  readonly readOnly: boolean
  /** It may delete or overwrite something; other calls only add. */
  readonly destructive: boolean
  /** A second call with the same input changes nothing more. */
  readonly idempotent: boolean
  /** It reaches what anybody may have put there, such as pages of the web, and not only what the plugin keeps. */
  readonly openWorld: boolean
}

type StatedEffects<Path extends string> = Pick<Effects, 'openWorld'> &
  (Path extends `${'GET' | 'DELETE'} ${string}` ? { destructive?: never } : Pick<Effects, 'destructive'>) &
  (Path extends `GET ${string}`
    ? { idempotent?: never }
    : Path extends `${'POST' | 'PATCH'} ${string}`
      ? Pick<Effects, 'idempotent'>
      : Partial<Pick<Effects, 'idempotent'>>)

/** One operation. Its name in `definePlugin` is its operationId. */
export interface Operation<Caller = unknown, Scope extends string = string> {
  readonly method: Method
  /** As in OpenAPI: `/todos/{username}`. */
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  readonly errors: Readonly<Partial<Record<ErrorStatus, string>>>
  readonly consequential: boolean
  readonly effects: Effects
  readonly scope: Scope | undefined
  /** True if the handler needs a caller. */
  readonly forUser: Caller extends undefined ? false : boolean
  readonly view: string | undefined
  readonly only: 'mcp' | undefined
  readonly content: ((output: never) => ContentBlock[]) | undefined
  readonly once: Once | undefined
  readonly confirm: ((input: never, context: never) => Confirmation | Promise<Confirmation>) | undefined
  readonly unasked: 'refuse' | readonly string[]
  readonly quote: string | undefined
  readonly undo: Undo | undefined
  readonly taskAfter: number | undefined
  readonly handler: (input: never, context: never) => unknown
}

/** An operation that needs no user. It fits a plugin of any auth mode, which decides who may call it. */
export function operation<
  const Path extends Route,
  Input extends z.ZodObject,
  Output extends z.ZodObject,
  Status extends ErrorStatus = never,
  const How extends Once | undefined = undefined,
>(
  route: Path & ([UnknownNames<Path, Input>] extends [never] ? Path : `the input has no ${UnknownNames<Path, Input>}`),
  options: Options<Input, Output, Status, Context<Status>, How> & StatedEffects<Path>,
): Operation<undefined, never> {
  return { ...common(route, options), scope: undefined, forUser: false }
}

/** An operation on the data of one user. It fits only a plugin whose auth mode knows users. */
export function userOperation<
  const Path extends Route,
  Input extends z.ZodObject,
  Output extends z.ZodObject,
  const Scope extends string = never,
  Status extends ErrorStatus = never,
  const How extends Once | undefined = undefined,
>(
  route: Path & ([UnknownNames<Path, Input>] extends [never] ? Path : `the input has no ${UnknownNames<Path, Input>}`),
  options: Options<Input, Output, Status, UserContext<Status>, How> &
    StatedEffects<Path> & {
      /** The scope that the user must have granted. */
      scope?: Scope
    },
): Operation<Caller, Scope> {
  return { ...common(route, options), scope: options.scope, forUser: true }
}

function common<
  Input extends z.ZodObject,
  Output extends z.ZodObject,
  Status extends ErrorStatus,
  Given,
  How extends Once | undefined,
>(route: string, options: Options<Input, Output, Status, Given, How> & Partial<Effects>) {
  const { summary, description = summary, input, output, errors = {}, consequential, once, handler } = options
  const [method, path] = route.split(' ') as [Method, string]
  const readOnly = method === 'GET'
  const effects: Effects = {
    readOnly,
    destructive: options.destructive ?? method === 'DELETE',
    idempotent: options.idempotent ?? true,
    openWorld: options.openWorld ?? true,
  }
  return {
    method,
    path,
    summary,
    description,
    input: once ? input.extend({ idempotency_key: keyInput }) : input,
    output,
    errors,
    consequential: consequential ?? (!readOnly || options.confirm !== undefined),
    effects,
    view: options.view,
    only: options.only,
    content: options.content,
    once,
    confirm: options.confirm,
    unasked: options.unasked ?? ('refuse' as const),
    quote: options.quote,
    undo: options.undo,
    taskAfter: options.taskAfter,
    handler,
  }
}

export const fail = (status: number, detail: string, options?: ProblemOptions): Problem =>
  new Problem(status, detail, options)
