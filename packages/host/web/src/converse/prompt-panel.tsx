import { useEffect, useState } from 'react'
import type { Prompt } from '../../../src/wire.ts'
import { get, wordsOf } from '../api.ts'
import { Code } from '../parts/json-view.tsx'
import { Notice } from '../parts/notice.tsx'

/** Exactly what would go to the model now, and what it costs. */
export function PromptPanel({ id }: { id: string }) {
  const [prompt, setPrompt] = useState<Prompt>()
  const [problem, setProblem] = useState('')
  useEffect(() => {
    get<Prompt>(`/api/conversations/${id}/prompt`).then(setPrompt, (error) => setProblem(wordsOf(error)))
  }, [id])
  if (problem) return <Notice kind="error">{problem}</Notice>
  if (!prompt) return <p aria-busy="true">…</p>
  const { tokens, tools, leftOut } = prompt
  return (
    <>
      <p>
        {tokens.total} tokens: {tokens.system} of instructions, {tokens.messages} of what was said, {tokens.tools} of{' '}
        {tools.length} tools. Counted as OpenAI's newer models do; an estimate for others.
      </p>
      <details open>
        <summary>Instructions</summary>
        <Code label="Instructions" text={prompt.system} />
      </details>
      <details>
        <summary>{tools.length} tools</summary>
        {tools.map(({ name, plugin, description, schema, tokens: cost }) => (
          <details key={name}>
            <summary>
              <code>{name}</code>{' '}
              <small>
                {plugin}, {cost} tokens
              </small>
            </summary>
            <p>{description}</p>
            <Code label={`Parameters of ${name}`} text={JSON.stringify(schema, null, 2)} />
          </details>
        ))}
      </details>
      {leftOut.length > 0 && (
        <details>
          <summary>{leftOut.length} plugins do not fit this request and were left out</summary>
          <ul>
            {leftOut.slice(0, 200).map(({ plugin, tokens: cost }, index) => (
              <li key={index}>
                {plugin}, {cost} tokens
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>What was said</summary>
        {prompt.messages.map(({ role, text }, index) => (
          <div key={index}>
            <h3>{role}</h3>
            <Code label={role} text={text} />
          </div>
        ))}
      </details>
      <details>
        <summary>The request as JSON</summary>
        <Code label="Request" text={format(prompt.raw)} />
      </details>
    </>
  )
}

const format = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
