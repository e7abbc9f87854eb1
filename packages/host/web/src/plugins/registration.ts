import { useState } from 'react'
import type { Registration, RegistrationEvent, RegistrationStep } from '../../../src/wire.ts'
import { events } from '../api.ts'
import { useAttempt } from '../attempt.ts'

/** Reads a plugin on the host, and keeps the steps as they arrive. */
export function useRegistration(onEnd: (registration: Registration) => void = () => {}) {
  const [steps, setSteps] = useState<RegistrationStep[]>()
  const [registration, setRegistration] = useState<Registration>()
  const [isRunning, setIsRunning] = useState(false)
  const { problem, attempt } = useAttempt()
  const show = (found: Registration) => {
    setSteps(found.steps)
    setRegistration(found)
    onEnd(found)
  }
  const start = async (path: string, body: object = {}) => {
    setSteps([])
    setRegistration(undefined)
    setIsRunning(true)
    await attempt(async () => {
      try {
        for await (const event of events<RegistrationEvent>('POST', path, body)) {
          if (event.type === 'end') show(event.registration)
          else setSteps((before = []) => [...before.filter(({ name }) => name !== event.step.name), event.step])
        }
      } catch (error) {
        setSteps(undefined)
        throw error
      }
    })
    setIsRunning(false)
  }
  return { steps, registration, isRunning, problem, attempt, show, start }
}
