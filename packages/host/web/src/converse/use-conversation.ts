import { useCallback, useEffect, useRef, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { Conversation, Decision, TurnEvent } from '../../../src/wire.ts'
import { events, get, messageOf, request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { applyEvent } from './conversation-state.ts'

export type ConversationActions = ReturnType<typeof useConversation>['actions']

/**
 * A conversation and what the user can do in it. Without an id, the first action creates one.
 * @param hasMany whether the user has so many plugins that a new conversation starts with none of them
 */
export function useConversation(id: string | undefined, hasMany: boolean, onTurnEnd: () => void) {
  const [conversation, setConversation] = useState<Conversation>()
  const { problem, setProblem, attempt } = useAttempt()
  const [, go] = useLocation()
  const [parameters] = useSearchParams()
  // A conversation that was created here is not loaded again.
  const created = useRef('')

  const follow = useCallback(
    async (followed: string, method: string, place: string, body?: unknown) => {
      const change = (to: (found: Conversation) => Conversation) =>
        setConversation((found) => (found?.id === followed ? to(found) : found))
      change((found) => ({ ...found, isRunning: true }))
      await attempt(async () => {
        try {
          for await (const event of events<TurnEvent>(method, `/api/conversations/${followed}/${place}`, body)) {
            change((found) => applyEvent(found, event))
            if (event.type === 'end' && event.problem) setProblem(event.problem)
          }
        } finally {
          change((found) => ({ ...found, isRunning: false }))
        }
        // The host adds the views of responses when a conversation is read.
        const read = await get<Conversation>(`/api/conversations/${followed}`)
        change((found) => (found.isRunning ? found : read))
      })
      onTurnEnd()
    },
    [attempt, setProblem, onTurnEnd],
  )

  useEffect(() => {
    if (id === undefined) return setConversation(undefined)
    if (created.current === id) return
    setProblem('')
    get<Conversation>(`/api/conversations/${id}`).then(
      (found) => {
        setConversation(found)
        if (found.isRunning) void follow(id, 'GET', 'events')
        else if (found.recorded?.played === 0 && isToPlay()) void follow(id, 'POST', 'play', {})
      },
      (error) => {
        setConversation(undefined)
        setProblem(messageOf(error))
      },
    )
  }, [id, setProblem, follow])

  const ensure = async (used?: string): Promise<string> => {
    if (conversation) return conversation.id
    const plugin = parameters.get('plugin') ?? (hasMany ? used : undefined)
    const made = await request<Conversation>('POST', '/api/conversations', plugin ? { plugins: [plugin] } : {})
    created.current = made.id
    setConversation(made)
    go(`/c/${made.id}`)
    return made.id
  }
  const act = (place: string, body: object, plugin?: string) =>
    attempt(async () => follow(await ensure(plugin), 'POST', place, body))
  const actions = {
    say: (text: string, plugin?: string) => act('messages', { text }, plugin),
    callOperation: (plugin: string, operation: string, given: Record<string, unknown>) =>
      act('calls', { plugin, operation, arguments: given }, plugin),
    callByView: (call: string, operation: string, given: Record<string, unknown>) =>
      act(`calls/${call}/view-calls`, { operation, arguments: given }),
    decide: (call: string, decision: Decision, digest: string) => act(`calls/${call}/decision`, { decision, digest }),
    repeat: (call: string) => act(`calls/${call}/repeat`, {}),
    play: () => act('play', {}),
    stop: () => void (conversation && attempt(() => request('POST', `/api/conversations/${conversation.id}/stop`, {}))),
    enable: (plugins: string[]) =>
      attempt(async () => {
        await request('PATCH', `/api/conversations/${await ensure()}`, { plugins })
        setConversation((found) => found && { ...found, plugins })
      }),
  }
  return { conversation, setConversation, problem, actions }
}

/** Whether the user opened this conversation to play it. */
const isToPlay = (): boolean => (history.state as { play?: boolean } | null)?.play === true
