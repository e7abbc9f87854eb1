import { useCallback, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { Conversation, ConversationSummary, Message, Starter } from '../../../src/wire.ts'
import { get, request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { RecordedBanner } from '../example/recorded-banner.tsx'
import { OperationPanel } from '../operation/operation-panel.tsx'
import { useWantedCall } from '../operation/use-wanted-call.ts'
import { Loading } from '../parts/loading.tsx'
import { Problem } from '../parts/notice.tsx'
import { Title } from '../parts/title.tsx'
import { usePlugins } from '../plugins/use-plugins.ts'
import { useSession } from '../session/session.ts'
import { Welcome } from '../welcome/welcome.tsx'
import { Composer } from './composer.tsx'
import { ConversationHead } from './conversation-head.tsx'
import { ConversationList } from './conversation-list.tsx'
import { Thread } from './thread.tsx'
import { useConversation } from './use-conversation.ts'

/** A new conversation has all active plugins, up to this number, and none if there are more. */
const mostAtOnce = 10

export function ConverseView({ id }: { id?: string }) {
  const { session } = useSession()
  const [path, go] = useLocation()
  const [list, setList] = useState<ConversationSummary[]>()
  const loadList = useCallback(
    (query = '') =>
      void get<ConversationSummary[]>(`/api/conversations?query=${encodeURIComponent(query)}`).then(setList, () => {}),
    [],
  )
  useEffect(() => loadList(), [loadList])
  const { plugins, locals, arriving, reload, problem: pluginsProblem } = usePlugins()
  const active = plugins?.filter(({ activation }) => activation === 'active') ?? []
  const { conversation, setConversation, problem, actions } = useConversation(id, active.length > mostAtOnce, loadList)
  const copying = useAttempt()
  const { wanted, setWanted, openFound, callAgain } = useWantedCall(plugins)
  const hasModel = session.model.chosen !== undefined
  const [chosen, setChosen] = useState<{ text: string }>()

  const onStart = ({ plugin, text, source, found }: Starter) => {
    if (hasModel && source === 'plugin') void actions.say(text, plugin.id)
    else if (found) openFound(found)
    else setChosen({ text })
  }
  // The original conversation is kept.
  const edit = ({ id: before }: Message, text: string) =>
    copying.attempt(async () => {
      const copy = await request<Conversation>('POST', `/api/conversations/${id}/copy`, { before })
      go(`/c/${copy.id}`, { state: { draft: text } })
      loadList()
    })
  const isNew = id === undefined || (conversation?.messages.length === 0 && !conversation.recorded)
  return (
    <div className="converse">
      <Title>{conversation?.title || 'New conversation'}</Title>
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
        {conversation && (
          <RecordedBanner
            conversation={conversation}
            plugins={plugins ?? []}
            onPlay={actions.play}
            onStop={actions.stop}
          />
        )}
        {conversation && !isNew && (
          <Thread
            key={conversation.id}
            conversation={conversation}
            actions={actions}
            callAgain={callAgain}
            edit={(message, text) => void edit(message, text)}
          />
        )}
        {isNew && plugins && (
          <Welcome
            plugins={plugins}
            locals={locals}
            arriving={arriving}
            hasModel={hasModel}
            onStart={onStart}
            onActivated={() => void reload()}
          />
        )}
        {!problem && !pluginsProblem && (isNew ? !plugins : !conversation) && <Loading />}
        <Problem>{problem || copying.problem}</Problem>
        <Problem retry={reload}>{pluginsProblem}</Problem>
        <Composer
          conversation={conversation}
          plugins={active}
          actions={actions}
          chosen={chosen}
          onWanted={setWanted}
          onFound={openFound}
        />
      </main>
      {wanted && (
        <OperationPanel
          wanted={wanted}
          locals={locals}
          onClose={() => setWanted(undefined)}
          onActivated={() => void reload()}
          onCall={actions.callOperation}
        />
      )}
    </div>
  )
}
