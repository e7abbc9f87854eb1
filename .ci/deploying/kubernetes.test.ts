import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

// Checks deploy/kubernetes.yaml with the schemas of the API of Kubernetes.

const skip =
  !existsSync(new URL('node_modules/kubernetes-models', import.meta.url)) &&
  'not installed: npm ci --prefix .ci/deploying'
const require = createRequire(import.meta.url)
const text = readFileSync(new URL('../../deploy/kubernetes.yaml', import.meta.url), 'utf8')

interface Resource {
  apiVersion: string
  kind: string
  metadata: { name: string }
}

function read(yaml: string): Resource[] {
  const { parseAllDocuments } = require('yaml')
  return parseAllDocuments(yaml).map((document: { toJS(): Resource }) => document.toJS())
}

/** The schemas accept a member that they do not know, whatever its value. Returns those that accept a wrong value. */
async function unknownMembers(
  resource: Resource,
  part: object = resource,
  path: string = resource.kind,
): Promise<string[]> {
  const unknown: string[] = []
  for (const [name, value] of Object.entries(part)) {
    const place = `${path}.${name}`
    Object.assign(part, { [name]: [[null]] })
    const isKnown = await validate(resource).then(
      () => false,
      () => true,
    )
    Object.assign(part, { [name]: value })
    if (!isKnown) unknown.push(place)
    else if (typeof value === 'object') unknown.push(...(await unknownMembers(resource, value, place)))
  }
  return unknown
}

/** @throws Error that names the member that is wrong */
async function validate(resource: Resource): Promise<void> {
  const { [resource.kind]: Model } = await import(`kubernetes-models/${resource.apiVersion}`)
  new Model(resource).validate()
}

test('every resource of kubernetes.yaml is valid', { skip }, async () => {
  const resources = read(text)
  assert.deepEqual(
    resources.map(({ kind }) => kind),
    ['Deployment', 'Service', 'PodDisruptionBudget'],
  )
  for (const resource of resources) {
    await validate(resource)
    assert.deepEqual(await unknownMembers(resource), [])
  }
})

test('a wrong value and a misspelt name are found', { skip }, async () => {
  const wrong = text.replace('containerPort: 8080', 'containerPort: http')
  await assert.rejects(Promise.all(read(wrong).map(validate)), /containerPort must be integer/)
  const [deployment] = read(text.replace('readOnlyRootFilesystem', 'readOnlyFileSystem'))
  assert.ok(deployment)
  assert.match((await unknownMembers(deployment)).join(), /\.securityContext\.readOnlyFileSystem/)
})
