import { useState } from 'react'
import type { Session } from '../../../src/wire.ts'
import { request, wordsOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { useSession } from './session.ts'

export function SignInView() {
  const { setSession } = useSession()
  const [isNew, setIsNew] = useState(false)
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState('')
  const submit = () =>
    request<Session>('POST', isNew ? '/api/users' : '/api/session', { name, password }).then(setSession, (error) =>
      setProblem(wordsOf(error)),
    )
  return (
    <main id="main" className="alone">
      <form
        className="card narrow"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <h1>{isNew ? 'Sign up' : 'Sign in'}</h1>
        {problem && <Notice kind="error">{problem}</Notice>}
        <TextInput label="Name" value={name} onChange={setName} autoComplete="username" isRequired autoFocus />
        <TextInput
          label="Password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          description={isNew ? 'At least 8 characters' : undefined}
          isRequired
        />
        <div className="row">
          <Button type="submit" kind="primary">
            {isNew ? 'Sign up' : 'Sign in'}
          </Button>
          <Button kind="plain" onPress={() => setIsNew(!isNew)}>
            {isNew ? 'I have an account' : 'I am new here'}
          </Button>
        </div>
      </form>
    </main>
  )
}
