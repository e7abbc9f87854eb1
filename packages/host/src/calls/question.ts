import { listOfAny, objectOf } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'
import { visibleLine } from '../conversation/visible-text.ts'
import type { AnsweredQuestion, Fact } from '../wire.ts'

/** What a plugin asks the user before it makes a call. */
export interface Question {
  /** In words and figures: "Pay 184.20 EUR for the flight from Zurich to Oslo?" */
  question: string
  facts: Fact[]
  /** Confirms the call. Only for the plugin: no model and no browser gets it. */
  token: string
  /** In seconds. */
  expiresIn: number
  /** Whether it is asked again because the confirmation came too late. */
  isExpired?: boolean
}

const longestText = 1_000
const longestLabel = 100
const longestToken = 20_000
const mostFacts = 100

/** @throws QuestionRefused if it is not a question that can be shown whole */
export function toQuestion(question: unknown, facts: unknown, token: unknown, expiresIn: unknown): Question {
  const isToken = typeof token === 'string' && token !== '' && token.length <= longestToken
  if (!isToken || shown(question) === '') throw new QuestionRefused()
  const list = listOfAny(facts).map(objectOf)
  if (list.length > mostFacts) throw new QuestionRefused()
  return {
    question: checked(question, longestText),
    facts: list.map(({ label, value }) => ({
      label: checked(label, longestLabel),
      value: checked(value, longestText),
    })),
    token,
    expiresIn: typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : Number.POSITIVE_INFINITY,
  }
}

/** The question of an answer 428, or of 409 if what the user has confirmed has changed. Undefined if it has none. */
export function questionIn(status: number, body: string): Question | undefined {
  if (status !== 428 && status !== 409) return undefined
  const { confirmation } = objectOf(parsed(body))
  if (confirmation === undefined) return undefined
  const { question, facts, token, expiresIn } = objectOf(confirmation)
  return toQuestion(question, facts, token, expiresIn)
}

/** Why a plugin asks again after the user has said yes, in sentences. Undefined if it asks for the first time. */
export function whyAgain(
  answered: readonly AnsweredQuestion[] | undefined,
  { isExpired }: Question,
): string | undefined {
  const last = answered?.at(-1)
  if (last?.decision !== 'confirmed') return undefined
  const why = isExpired ? 'Your confirmation came too late' : `This has changed since you confirmed "${last.question}"`
  return `${why}. Nothing was done.`
}

/** A question and its facts from lines such as "Refund: none". */
export function questionOfLines(message: string, token: string): Question {
  const [question, ...lines] = message.split('\n').filter((line) => line.trim() !== '')
  const facts = lines.map((line) => {
    const [, label = '', value = line] = /^([^:]{1,100}): (.*)$/.exec(line) ?? []
    return { label, value }
  })
  return toQuestion(question, facts, token, undefined)
}

/** The plugin wants the user to be asked something that the host cannot show. */
export class QuestionRefused extends Error {
  override readonly name = 'QuestionRefused'

  constructor() {
    super('it asks the user something that this host cannot show')
  }
}

const shown = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value)
    ? visibleLine(
        String(value)
          .trim()
          .replaceAll(/\s*\n\s*/g, ' '),
      )
    : ''

function checked(value: unknown, longest: number): string {
  const text = shown(value)
  if (text.length > longest) throw new QuestionRefused()
  return text
}

function parsed(body: string): unknown {
  try {
    return parseExact(body)
  } catch {
    return undefined
  }
}
