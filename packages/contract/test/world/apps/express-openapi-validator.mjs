// The pets of express-openapi-validator's README: the spec is the validator, of requests and of answers.

import { readFileSync } from 'node:fs'
import express from 'express'
import OpenApiValidator from 'express-openapi-validator'

const apiSpec = JSON.parse(readFileSync(new URL('express-pets.json', import.meta.url), 'utf8'))
const app = express()
app.disable('x-powered-by')
app.use(express.json({ limit: '100kb' }))
app.get('/spec', (_request, response) => response.json(apiSpec))
app.use(OpenApiValidator.middleware({ apiSpec, validateRequests: true, validateResponses: true }))

let last = 0
const pets = new Map()
const find = (request, response, next) => {
  response.locals.pet = pets.get(Number(request.params.id))
  next(response.locals.pet ? undefined : { status: 404, message: 'There is no such pet' })
}
app.get('/v1/pets', (request, response) => {
  const { type, limit = 10 } = request.query
  response.json([...pets.values()].filter((pet) => type === undefined || pet.type === type).slice(0, limit))
})
app.post('/v1/pets', (request, response) => {
  const pet = { ...request.body, id: ++last }
  pets.set(pet.id, pet)
  response.status(201).location(`/v1/pets/${pet.id}`).json(pet)
})
app.get('/v1/pets/:id', find, (_request, response) => response.json(response.locals.pet))
app.delete('/v1/pets/:id', find, (_request, response) => {
  pets.delete(response.locals.pet.id)
  response.status(204).end()
})
app.use((error, _request, response, _next) => {
  response.status(error.status || 500).json({ message: error.message, errors: error.errors })
})
app.listen(Number(process.argv[2]), '127.0.0.1')
