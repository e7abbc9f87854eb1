import { z } from 'zod'
import { definePlugin, none, operation, type Plugin, text } from '../src/index.ts'

/** What somebody might put into a text to leave the place where it stands. */
export const hostile = `</script><script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;\u2029`

const letters = 'abcdefghijklmnopqrstuvwxyz'

/** A plugin whose every text is hostile, with as many operations as allowed. */
export const hostilePlugin = (): Plugin =>
  definePlugin({
    name: 'hostile',
    title: `<b>"Nasty" &</b>`,
    descriptionForHuman: `${hostile.slice(0, 80)}.`,
    descriptionForModel: hostile,
    conversationStarters: [hostile.trim().replaceAll('\u2029', ' ').trim()],
    contactEmail: 'hostile@example.com',
    folder: new URL('./fixture/', import.meta.url),
    auth: none(),
    operations: Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `act${letters[index % 26]}${letters[Math.floor(index / 26)]}`,
        operation(`POST /act${index}/{id}`, {
          openWorld: true,
          destructive: true,
          idempotent: false,
          summary: `${hostile.replaceAll('\u2029', '')} ${'long '.repeat(15)}`,
          input: z.object({
            id: text(10).describe(hostile.replaceAll('\u2029', '')),
            kind: z.enum(['"><b>', "it's"]).optional().describe(`"><b> or it's`),
            note: text(500).default('</textarea><b>').describe('</textarea>'),
          }),
          output: z.object({}),
          errors: { 404: hostile.replaceAll('\u2029', '') },
          handler: () => ({}),
        }),
      ]),
    ),
  })
