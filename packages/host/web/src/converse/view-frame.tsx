import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge'
import { useEffect, useRef, useState } from 'react'
import type { Call } from '../../../src/wire.ts'
import type { Acts } from './converse-view.tsx'

const highest = 800

/**
 * An MCP App of the plugin (2026-01-26), in a frame of another origin that reaches neither the network nor this page.
 * What it calls goes the way of a call by hand, with the same questions.
 */
export function ViewFrame({ call, acts, conversation }: { call: Call; acts: Acts; conversation: string }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(200)
  const latest = useRef(acts)
  latest.current = acts
  useEffect(() => {
    const element = frame.current
    if (!element?.contentWindow) return
    const isDark = getComputedStyle(document.documentElement).colorScheme.startsWith('dark')
    const bridge = new AppBridge(
      null,
      { name: 'reference-plugins-host', version: '1' },
      { serverTools: {} },
      {
        hostContext: {
          theme:
            isDark ||
            (document.documentElement.dataset.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
              ? 'dark'
              : 'light',
        },
      },
    )
    bridge.oninitialized = () => {
      void bridge.sendToolInput({ arguments: call.arguments })
      void bridge.sendToolResult(toResult(call))
    }
    bridge.onsizechange = async ({ height: wanted }) => {
      if (wanted) setHeight(Math.min(wanted, highest))
      return {}
    }
    bridge.oncalltool = async ({ name, arguments: given = {} }) => {
      await latest.current.callByHand(call.plugin.id, name, given)
      return { content: [{ type: 'text', text: 'It stands below, in the conversation.' }] }
    }
    const transport = new PostMessageTransport(element.contentWindow, element.contentWindow)
    void bridge.connect(transport)
    element.src = `/api/calls/${call.id}/view`
    return () => void bridge.close()
  }, [call.id, conversation])
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

function toResult({ response }: Call) {
  const text = response?.body ?? ''
  const content = [{ type: 'text' as const, text }]
  try {
    const value: unknown = JSON.parse(text)
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return { content, structuredContent: value as Record<string, unknown> }
  } catch {}
  return { content }
}
