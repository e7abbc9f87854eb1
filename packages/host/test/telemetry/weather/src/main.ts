import {
  createUpstream,
  cutOutput,
  definePlugin,
  none,
  operation,
  serve,
  text,
  upstreamErrors,
} from '@reference-plugins/core'
import { z } from 'zod'

// A plugin of an API, which UPSTREAM names.
const folder = new URL('../../../../../../plugins/todo/', import.meta.url)
const upstream = createUpstream({ name: 'Weather', baseUrl: process.env.UPSTREAM ?? '' })
const place = text(100).describe('The name of the place')
const output = z.object({ weather: z.string(), ...cutOutput })

await serve(
  async () =>
    definePlugin({
      name: 'weather',
      title: 'Weather',
      descriptionForHuman: 'Says what the weather is.',
      descriptionForModel: 'Says what the weather is.',
      conversationStarters: ['What is the weather?'],
      contactEmail: 'weather@example.com',
      folder,
      auth: none(),
      operations: {
        getWeather: operation('GET /weather/{place}', {
          openWorld: false,
          summary: 'Get the weather of a place',
          input: z.object({ place }),
          output,
          errors: upstreamErrors,
          handler: (input, context) =>
            upstream.call('GET /v1/{place}', { path: { place: input.place }, output, context }),
        }),
      },
    }),
  { port: 3333, folder },
)
