import { APICallError } from '@ai-sdk/provider'
import { errorCode, FetchRefused, isLoopbackUrl } from '@reference-plugins/guarded-fetch'
import { objectOf } from '@reference-plugins/reader'
import type { ModelCheck, ModelProblem } from '../wire.ts'
import type { Asked } from './ask-server.ts'
import { localPrograms } from './local-programs.ts'
import { ModelError } from './model.ts'

/** Why a model could not be asked to call a tool. */
export function whyNotCalled(
  error: Error,
  { baseUrl, model, apiKey, limit }: { baseUrl: string; model: string; apiKey: string | undefined; limit: number },
): ModelProblem {
  const refused = APICallError.isInstance(error.cause) ? error.cause : undefined
  const said = refused?.message.slice(0, 300) ?? ''
  const status = refused?.statusCode
  if (status === 401 || status === 403) return keyProblem(baseUrl, apiKey)
  if (/tool/i.test(said)) {
    const isVllm = said.includes('--enable-auto-tool-choice')
    const isLlamaCpp = said.includes('--jinja')
    const advice = isVllm
      ? 'Start vLLM with --enable-auto-tool-choice and --tool-call-parser.'
      : isLlamaCpp
        ? 'Start llama.cpp with --jinja.'
        : undefined
    return noTools(`${model} cannot be given tools: ${said}`, advice)
  }
  if (status === 404) return noSuchModel({ baseUrl, models: [] }, model)
  if (error instanceof ModelError && error.cause === undefined) return failedWith(error.message)
  const code = errorCode(error)
  if (code !== undefined || error.cause instanceof FetchRefused)
    return whyNoAnswer(error.cause as Error, baseUrl, limit)
  return failedWith(error.message)
}

const failedWith = (message: string): ModelProblem => ({
  reason: 'failed',
  message: /[.!?)]$/.test(message) ? message : `${message}.`,
  advice: 'Try again, or choose another model.',
})

/** Why a server could not be asked. @param limit how long it had, in milliseconds */
export function whyNoAnswer(error: Error, baseUrl: string, limit: number): ModelProblem {
  const host = hostOf(baseUrl)
  if (refusalIn(error))
    return {
      reason: 'not allowed',
      message: `This host does not connect to ${host}, because it is on this machine or in a private network.`,
      advice: 'Use a model with a public address, or ask the operator of this host to offer one.',
    }
  const code = errorCode(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { reason: 'no such host', message: `${host} does not exist.`, advice: 'Check how the address is written.' }
  const noAnswer = (message: string, advice: string): ModelProblem => ({ reason: 'no answer', message, advice })
  if (code === 'ECONNREFUSED') return noAnswer(`Nothing listens at ${host}.`, startAdvice(baseUrl))
  if (/^ERR_SSL|^ERR_TLS|CERT|EPROTO/.test(code ?? ''))
    return noAnswer(
      `The encrypted connection to ${host} failed (${code}).`,
      `Try http:// in place of https://, or check the certificate.`,
    )
  if (error.name === 'TimeoutError' || /time/i.test(error.message))
    return noAnswer(
      `${host} did not answer within ${limit / 1000} seconds.`,
      'Check the address, and whether the server has started.',
    )
  return noAnswer(
    `${host} did not answer (${code ?? error.message.slice(0, 200)}).`,
    'Check the address: it must be that of an API that serves models.',
  )
}

const refusalIn = (error: unknown): boolean =>
  error instanceof FetchRefused || (error instanceof Error && error.cause !== undefined && refusalIn(error.cause))

function startAdvice(baseUrl: string): string {
  if (!isLoopbackUrl(baseUrl)) return 'Check the port, and that the server has started.'
  const { port } = new URL(baseUrl)
  const program = localPrograms.find(({ origin }) => new URL(origin).port === port)
  return program
    ? `Start ${program.name}, which listens at this port.`
    : 'Start the server of the model, or check the port.'
}

/** Whether a server wants another key. Some answer 400 for one that they do not know. */
export const isAboutKey = ({ status, body }: Asked): boolean =>
  status === 401 ||
  status === 403 ||
  (status === 400 && /api[ _-]?key|credential|unauthenticated/i.test(JSON.stringify(body ?? '')))

export const keyProblem = (baseUrl: string, apiKey: string | undefined): ModelProblem =>
  apiKey
    ? {
        reason: 'wrong key',
        message: `${hostOf(baseUrl)} does not accept the key.`,
        advice: 'Copy the key again, and check that it is for this service and has not expired.',
      }
    : { reason: 'key needed', message: `${hostOf(baseUrl)} asks for a key.`, advice: 'Enter your API key for it.' }

export function serverProblem({ status, body }: Asked, baseUrl: string): ModelProblem {
  const { message } = objectOf(objectOf(body).error)
  const said = typeof message === 'string' ? `: ${message.slice(0, 200)}` : ''
  return {
    reason: 'failed',
    message: `${hostOf(baseUrl)} answered ${status}${said}.`,
    advice:
      status === 429 ? 'Wait, and try again.' : 'Try again when the server works: it may still be loading its model.',
  }
}

export function pathProblem(answers: { baseUrl: string; asked: Asked }[], baseUrl: string): ModelProblem {
  const host = hostOf(baseUrl)
  const isThere = answers.some(({ asked: { status } }) => status >= 200 && status < 300)
  const moved = answers.map(({ asked: { headers } }) => headers.get('location')).find((to) => to !== null)
  if (moved) {
    const target = URL.parse(moved, baseUrl)
    return {
      reason: 'wrong path',
      message: `${host} answers with a redirect to ${(target?.host ?? moved).slice(0, 200)}, which the host does not follow.`,
      advice: 'Use the address that it redirects to, if you trust it.',
    }
  }
  if (isThere)
    return {
      reason: 'not a model server',
      message: `What answers at ${host} has no list of models.`,
      advice: 'Check the address and the port: another program listens there.',
    }
  const tried = answers.map(({ baseUrl: one }) => `${new URL(one).pathname.replace(/\/$/, '')}/models`).join(', ')
  return {
    reason: 'wrong path',
    message: `${host} answers, but has no list of models at ${tried}.`,
    advice: 'Add the path that its documentation names, such as /v1.',
  }
}

export const noModels = (baseUrl: string, advice = 'Load a model in it first.'): ModelProblem => ({
  reason: 'no models',
  message: `${hostOf(baseUrl)} has no models.`,
  advice: sentence(advice),
})

export const noTools = (message: string, advice = 'Choose a model that is made for tools.'): ModelProblem => ({
  reason: 'no tools',
  message: sentence(message),
  advice: sentence(advice),
})

export const noSuchModel = (
  { baseUrl, models }: Pick<ModelCheck, 'baseUrl' | 'models'>,
  model: string,
): ModelProblem => {
  const names = models.slice(0, 5).map((one) => one.model)
  return {
    reason: 'no such model',
    message: `${hostOf(baseUrl)} does not have the model ${model.slice(0, 200)}.`,
    advice: names.length > 0 ? `Choose another one, such as ${names.join(', ')}.` : 'Choose another one.',
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
export const hostOf = (url: string): string => new URL(url).host
