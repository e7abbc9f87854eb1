import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge'
import { replaceExact } from '@reference-plugins/reader/exact-json'
import { useEffect, useRef, useState } from 'react'
import type { Call } from '../../../src/wire.ts'
import { isObject, parseJson } from '../parts/json.ts'
import { shownTheme } from '../settings/theme.ts'
import type { ConversationActions } from './use-conversation.ts'

const maximumHeight = 800

/**
 * An MCP App of the plugin (2026-01-26), in a frame of another origin that cannot reach this page. The user confirms each
 * of its calls.
 */
export function ViewFrame({ call, actions }: { call: Call; actions: ConversationActions }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(200)
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const element = frame.current
    if (!element?.contentWindow) return
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
    bridge.oncalltool = async ({ name, arguments: given = {} }) => {
      await latest.current.callByView(call.id, name, given)
      return { content: [{ type: 'text', text: 'The user is asked below in the conversation.' }] }
    }
    const transport = new PostMessageTransport(element.contentWindow, element.contentWindow)
    void bridge.connect(transport)
    element.src = `/api/calls/${call.id}/view`
    return () => void bridge.close()
  }, [call.id])
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

function toResult({ response }: Call) {
  const text = response?.body ?? ''
  const value = toCloneable(parseJson(text))
  return { content: [{ type: 'text' as const, text }], ...(isObject(value) && { structuredContent: value }) }
}
