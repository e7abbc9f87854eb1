import { useState } from 'react'
import type { Session } from '../../../src/wire.ts'
import { request } from '../api.ts'
import { useAttempt } from '../attempt.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Problem } from '../parts/notice.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { Title } from '../parts/title.tsx'
import { useSession } from './session.ts'

export function SignInView() {
  const { setSession } = useSession()
  const [isNew, setIsNew] = useState(false)
  const { problem, attempt } = useAttempt()
  const title = isNew ? 'Create account' : 'Sign in'
  const submit = (values: object) =>
    attempt(async () => setSession(await request<Session>('POST', isNew ? '/api/users' : '/api/session', values)))
  return (
    <main id="main" className="alone">
      <Title>{title}</Title>
      <Form className="card narrow" onSubmit={submit}>
        <h1>{title}</h1>
        <Problem>{problem}</Problem>
        <TextInput label="Name" name="name" autoComplete="username" isRequired autoFocus />
        <TextInput
          label="Password"
          type="password"
          name="password"
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
