import { useEffect, useState } from 'react'
import type { PluginDetail } from '../../../src/wire.ts'
import { get, request } from '../api.ts'
import { useAttempt } from '../attempt.ts'

/** An OAuth sign-in in a window of its own. */
export function useSignIn(id: string, onSignedIn: (plugin: PluginDetail) => void) {
  const { problem, setProblem, attempt } = useAttempt()
  const [isWaiting, setIsWaiting] = useState(false)

  useEffect(() => {
    if (!isWaiting) return
    const check = () =>
      get<PluginDetail>(`/api/plugins/${id}`).then((plugin) => {
        if (plugin.activation !== 'active') return
        setIsWaiting(false)
        onSignedIn(plugin)
      })
    const onMessage = ({ origin, data }: MessageEvent<{ type?: string; plugin?: string; detail?: string }>) => {
      if (origin !== location.origin || data?.plugin !== id) return
      if (data.type === 'sign-in-failed') {
        setIsWaiting(false)
        setProblem(data.detail ?? 'Sign-in failed')
      }
      if (data.type === 'signed-in') void check()
    }
    window.addEventListener('message', onMessage)
    // A strict authorization server cuts the connection between the windows, so no message arrives.
    const timer = setInterval(check, 2_000)
    return () => {
      window.removeEventListener('message', onMessage)
      clearInterval(timer)
    }
  }, [isWaiting, id, onSignedIn, setProblem])

  const signIn = () => {
    // Opened before the request, because browsers block a window that opens later than the click.
    const opened = window.open('about:blank', 'sign-in', 'width=520,height=720')
    return attempt(async () => {
      try {
        const { url } = await request<{ url: string }>('POST', `/api/plugins/${id}/sign-in`, {})
        if (opened) opened.location.href = url
        else location.href = url
        setIsWaiting(true)
      } catch (error) {
        opened?.close()
        throw error
      }
    })
  }
  return { problem, isWaiting, signIn }
}
