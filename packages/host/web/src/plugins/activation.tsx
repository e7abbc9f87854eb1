import { useEffect, useState } from 'react'
import type { LocalPlugin, PluginDetail } from '../../../src/wire.ts'
import { get, request, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { stateWords } from './words.ts'

interface Props {
  plugin: PluginDetail
  onChange: (plugin: PluginDetail) => void
}

/** How this user begins to use a plugin: with nothing, a token, or a sign-in in a window. */
export function Activation({ plugin, onChange }: Props) {
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState('')
  const [hint, setHint] = useState('')
  const [isWaiting, setIsWaiting] = useState(false)
  const { id, auth, activation, title } = plugin
  const isActive = activation === 'active'
  const act = (method: string, path: string, body?: unknown) =>
    request<PluginDetail>(method, `/api/plugins/${id}/${path}`, body).then(onChange, (error) =>
      setProblem(wordsOf(error)),
    )

  useEffect(() => {
    get<LocalPlugin[]>('/api/workspace').then(
      (locals) => setHint(locals.find(({ plugin: known }) => known === id)?.signInHint ?? ''),
      () => {},
    )
  }, [id])

  useEffect(() => {
    if (!isWaiting) return
    const look = () =>
      get<PluginDetail>(`/api/plugins/${id}`).then((found) => {
        if (found.activation === 'active') {
          setIsWaiting(false)
          onChange(found)
        }
      })
    const hear = ({ origin, data }: MessageEvent<{ type?: string; plugin?: string; detail?: string }>) => {
      if (origin !== location.origin || data?.plugin !== id) return
      if (data.type === 'sign-in-failed') {
        setIsWaiting(false)
        setProblem(data.detail ?? 'Signing in did not succeed')
      }
      if (data.type === 'signed-in') void look()
    }
    window.addEventListener('message', hear)
    // The window of a strict authorization server cannot tell.
    const timer = setInterval(look, 2_000)
    return () => {
      window.removeEventListener('message', hear)
      clearInterval(timer)
    }
  }, [isWaiting, id, onChange])

  const signIn = async () => {
    setProblem('')
    // Opened at once, for a browser opens no window that nobody clicked for.
    const opened = window.open('about:blank', 'sign-in', 'width=520,height=720')
    try {
      const { url } = await request<{ url: string }>('POST', `/api/plugins/${id}/sign-in`, {})
      if (opened) opened.location.href = url
      else location.href = url
      setIsWaiting(true)
    } catch (error) {
      opened?.close()
      setProblem(wordsOf(error))
    }
  }

  return (
    <section className="card" aria-labelledby="activation">
      <h2 id="activation">
        For you: <span className={`tag ${activation}`}>{stateWords[activation]}</span>
      </h2>
      {problem && <Notice kind="error">{problem}</Notice>}
      {auth.type === 'oauth' && !isActive && (
        <>
          <p>
            {title} asks you to sign in. {auth.scope && <>It is asked for: {auth.scope}.</>}
          </p>
          {hint && <p className="told">{hint} (made for development)</p>}
          <Button kind="primary" onPress={() => void signIn()}>
            Sign in to {title}
          </Button>
          {isWaiting && <p role="status">Waiting for the other window…</p>}
        </>
      )}
      {auth.type === 'user_http' && !isActive && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void act('PUT', 'activation', { token })
          }}
        >
          <TextInput
            label="Your token"
            type="password"
            autoComplete="off"
            value={token}
            onChange={setToken}
            description="The developer of the plugin gives you one. Kept encrypted, and sent to this plugin only"
            isRequired
          />
          <Button type="submit" kind="primary">
            Activate
          </Button>
        </form>
      )}
      {(auth.type === 'none' || auth.type === 'service_http') && !isActive && (
        <Button kind="primary" onPress={() => void act('PUT', 'activation', {})}>
          Activate {title}
        </Button>
      )}
      {isActive && (
        <Button onPress={() => void act('DELETE', 'activation')}>
          {auth.type === 'oauth' ? 'Sign out and revoke' : 'Deactivate'}
        </Button>
      )}
    </section>
  )
}
