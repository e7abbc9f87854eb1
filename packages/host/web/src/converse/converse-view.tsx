import { useCallback, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { ConversationSummary, PluginSummary } from '../../../src/wire.ts'
import { get } from '../api.ts'
import { useLoaded } from '../loaded.ts'
import { Problem } from '../parts/notice.tsx'
import { Composer } from './composer.tsx'
import { ConversationHead } from './conversation-head.tsx'
import { ConversationList } from './conversation-list.tsx'
import { Thread } from './thread.tsx'
import { useConversation } from './use-conversation.ts'
import { Welcome } from './welcome.tsx'

export function ConverseView({ id }: { id?: string }) {
  const [path, go] = useLocation()
  const [list, setList] = useState<ConversationSummary[]>([])
  const loadList = useCallback(
    (query = '') =>
      void get<ConversationSummary[]>(`/api/conversations?query=${encodeURIComponent(query)}`).then(setList, () => {}),
    [],
  )
  useEffect(() => loadList(), [loadList])
  const plugins = useLoaded<PluginSummary[]>('/api/plugins')
  const { conversation, setConversation, problem, actions } = useConversation(id, loadList)
  const active = plugins.value?.filter(({ activation }) => activation === 'active') ?? []
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
          <Thread conversation={conversation} actions={actions} />
        ) : (
          plugins.value && <Welcome plugins={plugins.value} />
        )}
        <Problem>{problem || plugins.problem}</Problem>
        <Composer conversation={conversation} plugins={active} actions={actions} />
      </main>
    </div>
  )
}
