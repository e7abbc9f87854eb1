import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An API that takes photos, as FastAPI does: a part without a file name is not a file. */
export interface UploadApi {
  address: string
  /** Of the last request. */
  files: { field: string; name: string; type: string; text: string }[]
  texts: Record<string, string>
  /** How many requests there were. */
  count: number
  close(): void
}

const binary = { type: 'string', format: 'binary', description: 'The picture' }
const operation = (operationId: string, properties: object, required: string[]) => ({
  post: {
    operationId,
    summary: operationId,
    requestBody: {
      required: true,
      content: { 'multipart/form-data': { schema: { type: 'object', required, properties } } },
    },
    responses: { 201: { description: 'Done', content: { 'application/json': { schema: { type: 'object' } } } } },
  },
})
const spec = {
  openapi: '3.1.0',
  info: { title: 'Album', version: '1' },
  paths: {
    '/photos': operation('addPhoto', { file: binary, title: { type: 'string' } }, ['file']),
    '/albums': operation('addAll', { files: { type: 'array', items: binary } }, ['files']),
  },
}

export async function serveUploads(): Promise<UploadApi> {
  const server = createServer(async (request, response) => {
    const give = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    if (request.url === '/openapi.json') return give(200, spec)
    if (request.method !== 'POST' || !spec.paths[request.url as keyof typeof spec.paths]) return give(404, {})
    const raw = Buffer.concat(await request.toArray())
    const headers = { 'content-type': request.headers['content-type'] ?? '' }
    const parts = [...(await new Response(raw, { headers }).formData())]
    api.count++
    api.texts = {}
    api.files = []
    for (const [field, value] of parts)
      if (typeof value === 'string') api.texts[field] = value
      else {
        const text = Buffer.from(await value.arrayBuffer()).toString()
        api.files.push({ field, name: value.name, type: value.type, text })
      }
    if (api.files.length === 0) return give(422, { detail: 'Expected a file, received a text' })
    give(201, { files: api.files.length })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const api: UploadApi = {
    address: `localhost:${(server.address() as AddressInfo).port}`,
    files: [],
    texts: {},
    count: 0,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return api
}
