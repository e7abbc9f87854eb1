import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge'
import { replaceExact } from '@reference-plugins/reader/exact-json'
import { useEffect, useRef, useState } from 'react'
import type { Call } from '../../../src/wire.ts'
import { base } from '../base.ts'
import { isObject, parseJson } from '../parts/json.ts'
import { Notice } from '../parts/notice.tsx'
import { shownTheme } from '../settings/theme.ts'
import type { ConversationActions } from './use-conversation.ts'

const maximumHeight = 800
/** Of a view. More would keep the page busy, or use up what its user may request. */
const mostMessagesASecond = 200
/** Between two calls of a view, in milliseconds. */
const shortestPause = 1_000

interface Props {
  call: Call
  actions: ConversationActions
  onResized: () => void
}

/**
 * An MCP App of the plugin (2026-01-26), in a frame of another origin that cannot reach this page. The user confirms each
 * of its calls.
 */
export function ViewFrame({ call, actions, onResized }: Props) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(200)
  const [isClosed, setIsClosed] = useState(false)
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => onResized(), [height])
  useEffect(() => {
    const element = frame.current
    const view = element?.contentWindow
    if (!view) return
    const bridge = new AppBridge(
      null,
      { name: 'reference-plugins-host', version: '1' },
      { serverTools: {} },
      { hostContext: { theme: shownTheme() } },
    )
    bridge.oninitialized = () => {
      void bridge.sendToolInput({ arguments: toCloneable(call.arguments) as Call['arguments'] })
      void bridge.sendToolResult(toResult(call))
    }
    bridge.onsizechange = async ({ height: wanted }) => {
      if (wanted) setHeight(Math.min(wanted, maximumHeight))
      return {}
    }
    let isCalling = false
    bridge.oncalltool = async ({ name, arguments: given = {} }) => {
      if (isCalling) return { isError: true, ...toText('A view makes one call at a time, and at most one a second.') }
      isCalling = true
      await latest.current.callByView(call.id, name, given)
      setTimeout(() => (isCalling = false), shortestPause)
      return toText('The user is asked below in the conversation.')
    }
    let received = 0
    const second = setInterval(() => (received = 0), 1_000)
    const limit = (event: MessageEvent) => {
      if (event.source !== view || ++received <= mostMessagesASecond) return
      event.stopImmediatePropagation()
      setIsClosed(true)
    }
    // Before the listener of the transport.
    addEventListener('message', limit)
    const transport = new PostMessageTransport(view, view)
    void bridge.connect(transport)
    element.src = `${base}/api/calls/${call.id}/view`
    return () => {
      clearInterval(second)
      removeEventListener('message', limit)
      void bridge.close()
    }
  }, [call.id])
  if (isClosed) return <Notice kind="warning">This view was closed because it sent too many messages.</Notice>
  return (
    <iframe
      ref={frame}
      className="view"
      title={`${call.plugin.title}: ${call.title}`}
      sandbox="allow-scripts"
      height={height}
    />
  )
}

/** A message to a frame carries no exact numbers; as texts they keep their digits. */
const toCloneable = (value: unknown): unknown => replaceExact(value, (text) => text)

const toText = (text: string) => ({ content: [{ type: 'text' as const, text }] })

function toResult({ response }: Call) {
  const text = response?.body ?? ''
  const value = toCloneable(parseJson(text))
  return { content: [{ type: 'text' as const, text }], ...(isObject(value) && { structuredContent: value }) }
}
