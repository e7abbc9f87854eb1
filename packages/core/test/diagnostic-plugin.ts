import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { definePlugin, none, operation, type Plugin } from '../src/index.ts'

// The smallest PNG and WAV that there are.
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const silence = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='
const image = { type: 'image', data: pixel, mimeType: 'image/png' } as const
const audio = { type: 'audio', data: silence, mimeType: 'audio/wav' } as const
const resource = {
  type: 'resource',
  resource: { uri: 'test://resource', mimeType: 'text/plain', text: 'a document' },
} as const

const common = { openWorld: false, input: z.object({}), output: z.object({ said: z.string() }) } as const
const handler = () => ({ said: 'done' })

/** The tools that the conformance suite of MCP asks a server for, under its names. No plugin: its names fit no assistant. */
export function createDiagnosticPlugin(): Plugin {
  const plugin = definePlugin({
    name: 'diagnostic',
    title: 'Diagnostic',
    descriptionForHuman: 'Answers what a conformance suite asks for.',
    descriptionForModel: 'Answers what a conformance suite asks for.',
    conversationStarters: ['What can you do?'],
    contactEmail: 'diagnostic@example.com',
    folder: new URL('./fixture/', import.meta.url),
    auth: none(),
    operations: {
      testSimpleText: operation('GET /text', { ...common, summary: 'Answer text', handler }),
      testImageContent: operation('GET /image', {
        ...common,
        summary: 'Answer a picture',
        content: () => [image],
        handler,
      }),
      testAudioContent: operation('GET /audio', {
        ...common,
        summary: 'Answer a sound',
        content: () => [audio],
        handler,
      }),
      testEmbeddedResource: operation('GET /resource', {
        ...common,
        summary: 'Answer a document',
        content: () => [resource],
        handler,
      }),
      testMultipleContentTypes: operation('GET /mixed', {
        ...common,
        summary: 'Answer everything',
        content: () => [image, resource],
        handler,
      }),
      testErrorHandling: operation('GET /error', {
        ...common,
        summary: 'Fail',
        errors: { 409: 'always' },
        handler(_, { fail }) {
          throw fail(409, 'This tool always fails, on purpose')
        },
      }),
      testToolWithProgress: operation('GET /progress', {
        ...common,
        summary: 'Take a while',
        async handler(_, { progress, signal }) {
          for (const done of [0, 50, 100]) {
            progress(done, 100, `${done} of 100`)
            await sleep(50, undefined, { signal })
          }
          return { said: 'done' }
        },
      }),
    },
  })
  const operations = plugin.operations.map((one) => ({
    ...one,
    id: one.id.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  }))
  return { ...plugin, operations }
}
