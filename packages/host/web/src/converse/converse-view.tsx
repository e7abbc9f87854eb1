import { useCallback, useEffect, useRef, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { Conversation, ConversationSummary, Decision, PluginSummary, TurnEvent } from '../../../src/wire.ts'
import { events, get, request, wordsOf } from '../api.ts'
import { Notice } from '../parts/notice.tsx'
import { useSession } from '../session/session.ts'
import { Composer } from './composer.tsx'
import { ConversationHead } from './conversation-head.tsx'
import { ConversationList } from './conversation-list.tsx'
import { after } from './conversation-state.ts'
import { Thread } from './thread.tsx'
import { Welcome } from './welcome.tsx'

export interface Acts {
  say: (text: string) => Promise<void>
  callByHand: (plugin: string, operation: string, given: Record<string, unknown>) => Promise<void>
  decide: (call: string, decision: Decision, digest: string) => Promise<void>
  stop: () => void
  enable: (plugins: string[]) => Promise<void>
}

export function ConverseView({ id }: { id?: string }) {
  const { session } = useSession()
  const [conversation, setConversation] = useState<Conversation>()
  const [list, setList] = useState<ConversationSummary[]>([])
  const [plugins, setPlugins] = useState<PluginSummary[]>()
  const [problem, setProblem] = useState('')
  const [path, go] = useLocation()
  const [parameters] = useSearchParams()
  // A conversation that was just begun here is not loaded again.
  const begun = useRef('')

  const loadList = useCallback(
    (query = '') =>
      void get<ConversationSummary[]>(`/api/conversations?query=${encodeURIComponent(query)}`).then(setList, () => {}),
    [],
  )
  useEffect(() => {
    loadList()
    get<PluginSummary[]>('/api/plugins').then(setPlugins, (error) => setProblem(wordsOf(error)))
  }, [loadList])

  const follow = useCallback(
    async (conversationId: string, method: string, place: string, body?: unknown) => {
      setProblem('')
      const here = (change: (found: Conversation) => Conversation) =>
        setConversation((found) => (found?.id === conversationId ? change(found) : found))
      here((found) => ({ ...found, isRunning: true }))
      try {
        for await (const event of events<TurnEvent>(method, `/api/conversations/${conversationId}/${place}`, body)) {
          here((found) => after(found, event))
          if (event.type === 'end' && event.problem) setProblem(event.problem)
        }
        // Views of answers are found when the conversation is read.
        const read = await get<Conversation>(`/api/conversations/${conversationId}`)
        here((found) => (found.isRunning ? found : read))
      } catch (error) {
        setProblem(wordsOf(error))
        here((found) => ({ ...found, isRunning: false }))
      }
      loadList()
    },
    [loadList],
  )

  useEffect(() => {
    if (id === undefined) return setConversation(undefined)
    if (begun.current === id) return
    setProblem('')
    get<Conversation>(`/api/conversations/${id}`).then(
      (found) => {
        setConversation(found)
        if (found.isRunning) void follow(id, 'GET', 'events')
      },
      (error) => {
        setConversation(undefined)
        setProblem(wordsOf(error))
      },
    )
  }, [id, follow])

  const ensure = async (): Promise<string> => {
    if (conversation) return conversation.id
    const asked = parameters.get('plugin')
    const made = await request<Conversation>('POST', '/api/conversations', asked ? { plugins: [asked] } : {})
    begun.current = made.id
    setConversation(made)
    go(`/c/${made.id}`)
    return made.id
  }
  const acts: Acts = {
    say: async (text) => follow(await ensure(), 'POST', 'messages', { text }),
    callByHand: async (plugin, operation, given) =>
      follow(await ensure(), 'POST', 'calls', { plugin, operation, arguments: given }),
    decide: async (call, decision, digest) =>
      follow(await ensure(), 'POST', `calls/${call}/decision`, { decision, digest }),
    stop: () => void (conversation && request('POST', `/api/conversations/${conversation.id}/stop`, {})),
    enable: async (chosen) => {
      const found = await request<Conversation>('PATCH', `/api/conversations/${await ensure()}`, { plugins: chosen })
      setConversation((before) => before && { ...before, plugins: found.plugins })
    },
  }
  const active = plugins?.filter(({ activation }) => activation === 'active') ?? []

  return (
    <div className="converse">
      <ConversationList list={list} current={id} onSearch={loadList} />
      <main id="main" className="conversation" key={path === '/' ? 'new' : 'kept'}>
        {conversation && (
          <ConversationHead
            conversation={conversation}
            onRenamed={(title) => {
              setConversation({ ...conversation, title })
              loadList()
            }}
            onRemoved={() => {
              loadList()
              go('/')
            }}
          />
        )}
        {conversation && conversation.messages.length > 0 ? (
          <Thread conversation={conversation} acts={acts} />
        ) : (
          plugins && <Welcome plugins={plugins} hasModel={session.model.chosen !== undefined} />
        )}
        {problem && <Notice kind="error">{problem}</Notice>}
        <Composer conversation={conversation} plugins={active} acts={acts} />
      </main>
    </div>
  )
}
