import { useState } from 'react'
import type { Session } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Problem } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { useSession } from './session.ts'

export function SignInView() {
  const { setSession } = useSession()
  const [isNew, setIsNew] = useState(false)
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const { problem, attempt } = useAttempt()
  const title = isNew ? 'Create account' : 'Sign in'
  const submit = () =>
    attempt(async () =>
      setSession(await request<Session>('POST', isNew ? '/api/users' : '/api/session', { name, password })),
    )
  return (
    <main id="main" className="alone">
      <Form className="card narrow" onSubmit={submit}>
        <h1>{title}</h1>
        <Problem>{problem}</Problem>
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
            {title}
          </Button>
          <Button kind="plain" onPress={() => setIsNew(!isNew)}>
            {isNew ? 'Sign in instead' : 'Create an account'}
          </Button>
        </div>
      </Form>
    </main>
  )
}
